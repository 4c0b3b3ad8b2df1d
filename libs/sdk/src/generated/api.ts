// Made by `npm run openapi`: do not edit.
export interface paths {
    "/ads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the live ads
         * @description The `Link` header has the next page, if there is one. `campaign` and `advertiser` match exactly, and an ad has to match all filters.
         */
        get: operations["listAds"];
        put?: never;
        /**
         * Create an ad
         * @description It is listed immediately, and its events are counted.
         */
        post: operations["createAd"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ads/analytics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get clicks, impressions and click-through rates
         * @description All time, the last `minutes`, or a period [from, to), exact to the millisecond while raw events are kept. Headers give the freshness of the numbers. `campaign` and `advertiser` match exactly, and an ad has to match all filters.
         */
        get: operations["getAnalytics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ads/analytics/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream clicks, impressions and click-through rates
         * @description The rows of all time: first a snapshot, then the rows that changed, at most two messages per second. When nothing changes, a message without rows is sent every 5 s; none is sent while the database does not answer. A comment every 15 s keeps the connection open.
         */
        get: operations["streamAnalytics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ads/analytics/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get clicks and impressions over time
         * @description The events of [from, to) in buckets: at most 2000, or 50000 rows with `by=ad`. They add up to the analytics of the same period. Days, weeks and months begin at the first midnight of their date in the time zone, hours at the full hour of its clock. `compare=previous` compares with as many months when from and to are first days of a month, with as many days when they are midnights, and otherwise with the same length; hours are compared with the same hour of the clock.
         */
        get: operations["getSeries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ads/click": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Record a click
         * @description Without an `event_id`, every request is a new event. With one, the event counts once however often it is sent: send it again with the same id after a 429, 502 or 503.
         */
        post: operations["recordClick"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ads/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Record up to 500 clicks and impressions
         * @description An invalid event does not affect the others. A 503 means that none was acknowledged: send all again with the same ids.
         */
        post: operations["recordEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ads/events/{event_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the receipt of an event
         * @description Counted, or a dead letter with a reason. A 404 has `X-Complete-Through`: every event acknowledged before this time has a receipt.
         */
        get: operations["getReceipt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ads/exports/{type}/{day}.{format}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export the events of a day
         * @description The counted clicks or impressions of a UTC day, as they are stored. The file of a settled day is identical at each request. Events of another day that are counted during the export may or may not be in the file. When a file cannot be completed, the connection is aborted.
         */
        get: operations["exportEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ads/impression": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Record an impression
         * @description Without an `event_id`, every request is a new event. With one, the event counts once however often it is sent: send it again with the same id after a 429, 502 or 503.
         */
        post: operations["recordImpression"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one ad */
        get: operations["getAd"];
        put?: never;
        post?: never;
        /**
         * Archive an ad
         * @description An archived ad is no longer listed, and this cannot be undone. Its events still count. Safe to repeat.
         */
        delete: operations["archiveAd"];
        options?: never;
        head?: never;
        /**
         * Change an ad
         * @description Absent fields are not changed.
         */
        patch: operations["updateAd"];
        trace?: never;
    };
    "/health/books": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check whether the ledger balances
         * @description Sums of the ledger over all partitions, at most one second old.
         */
        get: operations["getBooks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description A video ad
         * @example {
         *       "id": 1,
         *       "name": "Summer sale",
         *       "campaign": "Summer 2026",
         *       "advertiser": "Example Shoes",
         *       "image_url": "https://cdn.example.com/ads/1.jpg",
         *       "target_url": "https://shop.example.com/summer",
         *       "created_at": "2026-07-07T06:45:00.000Z",
         *       "updated_at": "2026-07-07T06:45:00.000Z"
         *     }
         */
        Ad: {
            /** @example 1 */
            id: number;
            /**
             * @description Name of the ad
             * @example Summer sale
             */
            name: string | null;
            /**
             * @description Campaign of the ad
             * @example Summer 2026
             */
            campaign: string | null;
            /**
             * @description Advertiser of the ad
             * @example Example Shoes
             */
            advertiser: string | null;
            /**
             * Format: uri
             * @description The poster of the video: an absolute http(s) URL without credentials
             * @example https://cdn.example.com/ads/1.jpg
             */
            image_url: string;
            /**
             * Format: uri
             * @description Where a click leads: an absolute http(s) URL without credentials
             * @example https://shop.example.com/summer
             */
            target_url: string;
            /**
             * Format: date-time
             * @description When it was created
             * @example 2026-07-07T06:45:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was last changed
             * @example 2026-07-07T06:45:00.000Z
             */
            updated_at: string;
        };
        /** @description The fields to change */
        AdPatch: {
            /**
             * @description Name of the ad
             * @example Summer sale
             */
            name?: string | null;
            /**
             * @description Campaign of the ad
             * @example Summer 2026
             */
            campaign?: string | null;
            /**
             * @description Advertiser of the ad
             * @example Example Shoes
             */
            advertiser?: string | null;
            /**
             * Format: uri
             * @description The poster of the video: an absolute http(s) URL without credentials
             * @example https://cdn.example.com/ads/1.jpg
             */
            image_url?: string;
            /**
             * Format: uri
             * @description Where a click leads: an absolute http(s) URL without credentials
             * @example https://shop.example.com/summer
             */
            target_url?: string;
        };
        /** @description Counts of one ad */
        AdStats: {
            /** @example 1 */
            ad_id: number;
            /** @example 2000 */
            clicks: number;
            /**
             * @description clicks / impressions; 0 when there are none
             * @example 0.5
             */
            ctr: number;
            /** @example 4000 */
            impressions: number;
            /** @description Name of the ad; only with `fields` */
            name?: string | null;
            /** @description Campaign of the ad; only with `fields` */
            campaign?: string | null;
            /** @description Advertiser of the ad; only with `fields` */
            advertiser?: string | null;
            /** @description The poster of the video; only with `fields` */
            image_url?: string | null;
            /** @description Where a click leads; only with `fields` */
            target_url?: string | null;
        };
        /** @description An event with its type */
        BatchEvent: {
            /**
             * @description Type of the event
             * @enum {string}
             */
            type: "click" | "impression";
            /** @description The ad that was clicked or shown */
            ad_id: number;
            /**
             * Format: uuid
             * @description Idempotency key: the same id counts once per event type. Made by the server when absent
             */
            event_id?: string;
            /**
             * Format: date-time
             * @description When it happened, RFC 3339. From 2000-01-01 to 24 h ahead; now when absent
             */
            timestamp?: string;
            /** @description The viewer's address as the client knows it; stored cut to /24 or /48. The peer's when absent */
            ip?: string;
            /** @description Seconds of video played before the event */
            playback_time?: number;
        };
        /** @description The ledger: the outcomes of all records that were read from the log */
        Books: {
            /** @description Every record that was read has an outcome, and the totals agree with the ledger */
            balanced: boolean;
            /**
             * @description Number of events by which the ledger is off: 0 when it balances
             * @example 0
             */
            off_by: number;
            /**
             * @description Events in the numbers
             * @example 4000
             */
            counted: number;
            /**
             * @description Repeated deliveries with the same payload
             * @example 12
             */
            duplicates: number;
            /**
             * @description Repeated deliveries with another payload
             * @example 0
             */
            conflicts: number;
            /**
             * @description Events that could not be counted when they were read
             * @example 1
             */
            dead_letters: number;
            /** @description Dead letters that were not replayed, by reason */
            waiting_dead_letters: {
                /** @enum {string} */
                reason: "undecodable" | "schema_invalid" | "unknown_ad" | "rejected_by_database";
                /**
                 * @description Number of dead letters
                 * @example 1
                 */
                count: number;
            }[];
            /**
             * Format: date-time
             * @description Everything acknowledged before this time is in the numbers; null until every partition was read once
             * @example 2026-07-07T06:45:00.000Z
             */
            complete_through: string | null;
        };
        /** @description Counts of one bucket */
        Bucket: {
            /**
             * @description Only with `by=ad`
             * @example 1
             */
            ad_id?: number;
            /**
             * Format: date-time
             * @description With the UTC offset of the time zone at that time
             * @example 2026-10-25T02:00:00+02:00
             */
            start: string;
            /** @example 20 */
            clicks: number;
            /** @example 40 */
            impressions: number;
            /**
             * @description clicks / impressions; 0 when there are none
             * @example 0.5
             */
            ctr: number;
            /** @description Only with `compare`: the bucket of the previous period; null when it has none, for example on a longer day */
            previous?: {
                /**
                 * Format: date-time
                 * @description With the UTC offset of the time zone at that time
                 * @example 2026-10-25T02:00:00+02:00
                 */
                start: string;
                /** @example 20 */
                clicks: number;
                /** @example 40 */
                impressions: number;
                /**
                 * @description clicks / impressions; 0 when there are none
                 * @example 0.5
                 */
                ctr: number;
            } | null;
        };
        /** @description All in-sync replicas of the log have the event: it will be counted exactly once */
        EventAccepted: {
            /** @description A message for people */
            message: string;
            /**
             * Format: uuid
             * @description Id of the event, for its receipt and for sending it again
             */
            event_id: string;
        };
        EventBatch: {
            events: components["schemas"]["BatchEvent"][];
        };
        /** @description The outcome of one event of a batch */
        EventResult: {
            /** @description null when the event was rejected */
            event_id: string | null;
            /** @description 202 acknowledged, 400 not valid, 503 may or may not be stored */
            status: number;
            /** @description Code of the problem: `invalid_request`, `overloaded` or `outcome_unknown` */
            code?: string;
            errors?: components["schemas"]["FieldError"][];
        };
        /** @description The outcome of each event, in the order of the request */
        EventResults: {
            results: components["schemas"]["EventResult"][];
        };
        FieldError: {
            /** @description The field, parameter or header; `body` for the whole body */
            field: string;
            message: string;
        };
        /** @description Data of each message. A snapshot replaces all rows, changes replace the rows of the same ads */
        LiveMessage: {
            /** @enum {string} */
            type: "snapshot" | "changes";
            /**
             * Format: date-time
             * @description When the numbers were read
             */
            as_of: string;
            /**
             * Format: date-time
             * @description Everything acknowledged before this time is in the numbers
             */
            complete_through: string | null;
            /** @description Milliseconds from complete_through to as_of */
            ingest_lag_ms: number | null;
            /** @description All ads for a snapshot, changed ads for changes; ordered by ad */
            rows: components["schemas"]["AdStats"][];
        };
        /** @description The ad to create */
        NewAd: {
            /**
             * @description The next free id when absent
             * @example 42
             */
            id?: number;
            /**
             * @description Name of the ad
             * @example Summer sale
             */
            name?: string | null;
            /**
             * @description Campaign of the ad
             * @example Summer 2026
             */
            campaign?: string | null;
            /**
             * @description Advertiser of the ad
             * @example Example Shoes
             */
            advertiser?: string | null;
            /**
             * Format: uri
             * @description The poster of the video: an absolute http(s) URL without credentials
             * @example https://cdn.example.com/ads/1.jpg
             */
            image_url: string;
            /**
             * Format: uri
             * @description Where a click leads: an absolute http(s) URL without credentials
             * @example https://shop.example.com/summer
             */
            target_url: string;
        };
        /** @description A click or an impression */
        NewEvent: {
            /** @description The ad that was clicked or shown */
            ad_id: number;
            /**
             * Format: uuid
             * @description Idempotency key: the same id counts once per event type. Made by the server when absent
             */
            event_id?: string;
            /**
             * Format: date-time
             * @description When it happened, RFC 3339. From 2000-01-01 to 24 h ahead; now when absent
             */
            timestamp?: string;
            /** @description The viewer's address as the client knows it; stored cut to /24 or /48. The peer's when absent */
            ip?: string;
            /** @description Seconds of video played before the event */
            playback_time?: number;
        };
        /** @description RFC 9457 problem details */
        Problem: {
            /** @description urn:ads-tracker:problem: followed by the code */
            type: string;
            title: string;
            status: number;
            detail?: string;
            /** @description urn:ads-tracker:request: followed by the id of the request in the logs */
            instance?: string;
            /**
             * @description Stable name of the problem
             * @enum {string}
             */
            code: "invalid_request" | "malformed_json" | "bad_http" | "unauthorized" | "forbidden" | "origin_not_allowed" | "not_found" | "method_not_allowed" | "not_acceptable" | "request_timeout" | "conflict" | "gone" | "payload_too_large" | "unsupported_media_type" | "expectation_failed" | "rate_limited" | "headers_too_large" | "internal_error" | "bad_gateway" | "unavailable" | "overloaded" | "outcome_unknown";
            errors?: components["schemas"]["FieldError"][];
        };
        /** @description The outcome of an event, as a click or as an impression */
        Receipt: {
            /** @enum {string} */
            type: "click" | "impression";
            /** @enum {string} */
            status: "counted" | "dead_letter";
            /**
             * @description Null for a dead letter without a readable ad id
             * @example 1
             */
            ad_id: number | null;
            /**
             * @description Repeated deliveries with the same payload
             * @example 0
             */
            duplicates: number;
            /**
             * @description Repeated deliveries with another payload; the first one counts
             * @example 0
             */
            conflicts: number;
            /** @enum {string} */
            reason?: "undecodable" | "schema_invalid" | "unknown_ad" | "rejected_by_database";
            /**
             * Format: date-time
             * @description When its dead letter was replayed
             */
            replayed_at?: string;
        };
        /** @description The receipt */
        Receipts: {
            /**
             * Format: uuid
             * @description Id of the event
             * @example 0197e2a4-5c80-7c3e-9d2a-3f1b5c7d9e0f
             */
            event_id: string;
            /** @description At most one for each type */
            receipts: components["schemas"]["Receipt"][];
        };
    };
    responses: {
        /** @description `invalid_request`: The request is not valid; `bad_http`: The request is not valid HTTP */
        "400.bad_http.invalid_request": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_request" | "bad_http";
                };
            };
        };
        /** @description `invalid_request`: The request is not valid; `malformed_json`: The body is not valid JSON; `bad_http`: The request is not valid HTTP */
        "400.bad_http.invalid_request.malformed_json": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_request" | "malformed_json" | "bad_http";
                };
            };
        };
        /** @description `unauthorized`: An API key is required */
        "401.unauthorized": {
            headers: {
                /** @description What the key lacks (RFC 6750, section 3) */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unauthorized";
                };
            };
        };
        /** @description `forbidden`: The API key does not have the required scope */
        "403.forbidden": {
            headers: {
                /** @description What the key lacks (RFC 6750, section 3) */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "forbidden";
                };
            };
        };
        /** @description `origin_not_allowed`: Pages of this origin may not record events */
        "403.origin_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "origin_not_allowed";
                };
            };
        };
        /** @description `not_found`: The resource does not exist */
        "404.not_found": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "not_found";
                };
            };
        };
        /** @description `not_found`: The resource does not exist */
        "404.not_found.X-Complete-Through": {
            headers: {
                /** @description Every event acknowledged before this time has a receipt */
                "X-Complete-Through"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "not_found";
                };
            };
        };
        /** @description `not_acceptable`: The requested representation is not available */
        "406.not_acceptable": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "not_acceptable";
                };
            };
        };
        /** @description `request_timeout`: The request took too long to arrive */
        "408.request_timeout": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "request_timeout";
                };
            };
        };
        /** @description `conflict`: The resource already exists */
        "409.conflict": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "conflict";
                };
            };
        };
        /** @description `gone`: The resource is no longer kept */
        "410.gone": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "gone";
                };
            };
        };
        /** @description `payload_too_large`: The body is too large */
        "413.payload_too_large": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "payload_too_large";
                };
            };
        };
        /** @description `unsupported_media_type`: The media type of the body is not supported */
        "415.unsupported_media_type": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unsupported_media_type";
                };
            };
        };
        /** @description `rate_limited`: Too many requests from this address */
        "429.rate_limited": {
            headers: {
                /** @description Seconds to wait before the request is sent again */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "rate_limited";
                };
            };
        };
        /** @description `headers_too_large`: The request headers are too large */
        "431.headers_too_large": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "headers_too_large";
                };
            };
        };
        /** @description `internal_error`: An internal error occurred */
        "500.internal_error": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "internal_error";
                };
            };
        };
        /** @description `bad_gateway`: The service behind the gateway sent no valid answer */
        "502.bad_gateway": {
            headers: {
                /** @description Seconds to wait before the request is sent again */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "bad_gateway";
                };
            };
        };
        /** @description `overloaded`: The server is overloaded; nothing was stored; `outcome_unknown`: The event may or may not be stored; send it again with the same event_id; `unavailable`: A required service is not available */
        "503.outcome_unknown.overloaded.unavailable": {
            headers: {
                /** @description Seconds to wait before the request is sent again */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "overloaded" | "outcome_unknown" | "unavailable";
                };
            };
        };
        /** @description `unavailable`: A required service is not available; `overloaded`: The server is overloaded; nothing was stored */
        "503.overloaded.unavailable": {
            headers: {
                /** @description Seconds to wait before the request is sent again */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unavailable" | "overloaded";
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listAds: {
        parameters: {
            query?: {
                /** @description Maximum number of ads on the page */
                limit?: number;
                /** @description Position of the page, from the Link header of the page before */
                cursor?: string;
                /**
                 * @description Only this ad; once for each of several
                 * @example 1
                 */
                ad_id?: number | number[];
                /**
                 * @description Only ads of this campaign, written exactly like this
                 * @example Summer 2026
                 */
                campaign?: string;
                /**
                 * @description Only ads of this advertiser, written exactly like this
                 * @example Example Shoes
                 */
                advertiser?: string;
                /**
                 * @description The table as JSON or as CSV (RFC 4180), whatever `Accept` says
                 * @example csv
                 */
                format?: "json" | "csv";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Live ads, ordered by id */
            200: {
                headers: {
                    /** @description `</ads?limit=100&cursor=...>; rel="next"` when more follow */
                    Link?: string;
                    /** @description The name of the file, of CSV alone */
                    "Content-Disposition"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "id": 1,
                     *         "name": "Summer sale",
                     *         "campaign": "Summer 2026",
                     *         "advertiser": "Example Shoes",
                     *         "image_url": "https://cdn.example.com/ads/1.jpg",
                     *         "target_url": "https://shop.example.com/summer",
                     *         "created_at": "2026-07-07T06:45:00.000Z",
                     *         "updated_at": "2026-07-07T06:45:00.000Z"
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["Ad"][];
                    /**
                     * @example id,name,campaign,advertiser,image_url,target_url,created_at,updated_at
                     *     1,Summer sale,Summer 2026,Example Shoes,https://cdn.example.com/ads/1.jpg,https://shop.example.com/summer,2026-07-07T06:45:00.000Z,2026-07-07T06:45:00.000Z
                     */
                    "text/csv": string;
                };
            };
            400: components["responses"]["400.bad_http.invalid_request"];
            406: components["responses"]["406.not_acceptable"];
            408: components["responses"]["408.request_timeout"];
            429: components["responses"]["429.rate_limited"];
            431: components["responses"]["431.headers_too_large"];
            500: components["responses"]["500.internal_error"];
            502: components["responses"]["502.bad_gateway"];
            503: components["responses"]["503.overloaded.unavailable"];
        };
    };
    createAd: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The ad to create */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Summer sale",
                 *       "campaign": "Summer 2026",
                 *       "advertiser": "Example Shoes",
                 *       "image_url": "https://cdn.example.com/ads/1.jpg",
                 *       "target_url": "https://shop.example.com/summer"
                 *     }
                 */
                "application/json": components["schemas"]["NewAd"];
            };
        };
        responses: {
            /** @description A video ad */
            201: {
                headers: {
                    /** @description Path of the ad */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 1,
                     *       "name": "Summer sale",
                     *       "campaign": "Summer 2026",
                     *       "advertiser": "Example Shoes",
                     *       "image_url": "https://cdn.example.com/ads/1.jpg",
                     *       "target_url": "https://shop.example.com/summer",
                     *       "created_at": "2026-07-07T06:45:00.000Z",
                     *       "updated_at": "2026-07-07T06:45:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Ad"];
                };
            };
            400: components["responses"]["400.bad_http.invalid_request.malformed_json"];
            401: components["responses"]["401.unauthorized"];
            403: components["responses"]["403.forbidden"];
            408: components["responses"]["408.request_timeout"];
            409: components["responses"]["409.conflict"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            429: components["responses"]["429.rate_limited"];
            431: components["responses"]["431.headers_too_large"];
            500: components["responses"]["500.internal_error"];
            502: components["responses"]["502.bad_gateway"];
            503: components["responses"]["503.overloaded.unavailable"];
        };
    };
    getAnalytics: {
        parameters: {
            query?: {
                /**
                 * @description Counts the events of the last minutes by `occurred_at`; all time when absent
                 * @example 60
                 */
                minutes?: number;
                /**
                 * @description Start of the period: RFC 3339 with an offset. Write a + in a URL as %2B. Counts of minutes are kept as long as raw events, of hours for two years by default, of days for ever. For older times, periods and buckets must consist of full hours or whole days (UTC); otherwise the answer is 400
                 * @example 2026-10-25T00:00:00+02:00
                 */
                from?: string;
                /**
                 * @description End of the period, which is not in it; now when absent
                 * @example 2026-10-26T00:00:00+01:00
                 */
                to?: string;
                /**
                 * @description Only this ad; once for each of several
                 * @example 1
                 */
                ad_id?: number | number[];
                /**
                 * @description Only ads of this campaign, written exactly like this
                 * @example Summer 2026
                 */
                campaign?: string;
                /**
                 * @description Only ads of this advertiser, written exactly like this
                 * @example Example Shoes
                 */
                advertiser?: string;
                /**
                 * @description Fields of the ads to add to their rows
                 * @example name,campaign
                 */
                fields?: string;
                /**
                 * @description The table as JSON or as CSV (RFC 4180), whatever `Accept` says
                 * @example csv
                 */
                format?: "json" | "csv";
            };
            header?: {
                /** @description The `ETag` of an earlier answer: 304 when its numbers have not changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One row for every ad that is live or has events, ordered by ad */
            200: {
                headers: {
                    /** @description When the numbers were read; without `from` and `to` also the end of the window */
                    "X-As-Of"?: string;
                    /** @description Start of the counted period; an event at this time is in a period and not in a window of minutes. A full minute when raw events of this time are no longer kept */
                    "X-Window-Start"?: string;
                    /** @description End of the counted period; events before this time are counted */
                    "X-Window-End"?: string;
                    /** @description Everything acknowledged before this time is in the numbers. Absent until every partition was read once */
                    "X-Complete-Through"?: string;
                    /** @description Milliseconds from X-Complete-Through to X-As-Of */
                    "X-Ingest-Lag-Ms"?: number;
                    /** @description Identifies the numbers; send it as If-None-Match */
                    ETag?: string;
                    /** @description The name of the file, of CSV alone */
                    "Content-Disposition"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "ad_id": 1,
                     *         "clicks": 2000,
                     *         "ctr": 0.5,
                     *         "impressions": 4000
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["AdStats"][];
                    /**
                     * @example ad_id,clicks,impressions,ctr
                     *     1,2000,4000,0.5
                     */
                    "text/csv": string;
                };
            };
            /** @description The numbers have not changed since the `ETag` in If-None-Match */
            304: {
                headers: {
                    /** @description When the numbers were read; without `from` and `to` also the end of the window */
                    "X-As-Of"?: string;
                    /** @description Start of the counted period; an event at this time is in a period and not in a window of minutes. A full minute when raw events of this time are no longer kept */
                    "X-Window-Start"?: string;
                    /** @description End of the counted period; events before this time are counted */
                    "X-Window-End"?: string;
                    /** @description Everything acknowledged before this time is in the numbers. Absent until every partition was read once */
                    "X-Complete-Through"?: string;
                    /** @description Milliseconds from X-Complete-Through to X-As-Of */
                    "X-Ingest-Lag-Ms"?: number;
                    /** @description Identifies the numbers; send it as If-None-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.bad_http.invalid_request"];
            401: components["responses"]["401.unauthorized"];
            403: components["responses"]["403.forbidden"];
            406: components["responses"]["406.not_acceptable"];
            408: components["responses"]["408.request_timeout"];
            429: components["responses"]["429.rate_limited"];
            431: components["responses"]["431.headers_too_large"];
            500: components["responses"]["500.internal_error"];
            502: components["responses"]["502.bad_gateway"];
            503: components["responses"]["503.overloaded.unavailable"];
        };
    };
    streamAnalytics: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `id` of the last message: the first message then has the changes since */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Messages until the client disconnects: `id` is the position of the ledger, `data` a LiveMessage as JSON */
            200: {
                headers: {
                    /** @description `no`: proxies must not buffer */
                    "X-Accel-Buffering"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "changes",
                     *       "as_of": "2026-07-07T06:45:00.040Z",
                     *       "complete_through": "2026-07-07T06:45:00.000Z",
                     *       "ingest_lag_ms": 40,
                     *       "rows": [
                     *         {
                     *           "ad_id": 1,
                     *           "clicks": 2000,
                     *           "ctr": 0.5,
                     *           "impressions": 4000
                     *         }
                     *       ]
                     *     }
                     */
                    "text/event-stream": components["schemas"]["LiveMessage"];
                };
            };
            400: components["responses"]["400.bad_http.invalid_request"];
            401: components["responses"]["401.unauthorized"];
            403: components["responses"]["403.forbidden"];
            408: components["responses"]["408.request_timeout"];
            429: components["responses"]["429.rate_limited"];
            431: components["responses"]["431.headers_too_large"];
            500: components["responses"]["500.internal_error"];
            502: components["responses"]["502.bad_gateway"];
            503: components["responses"]["503.overloaded.unavailable"];
        };
    };
    getSeries: {
        parameters: {
            query: {
                /**
                 * @description Length of a bucket; weeks begin on Monday
                 * @example hour
                 */
                interval: "minute" | "hour" | "day" | "week" | "month";
                /**
                 * @description Start of the period: RFC 3339 with an offset. Write a + in a URL as %2B. Counts of minutes are kept as long as raw events, of hours for two years by default, of days for ever. For older times, periods and buckets must consist of full hours or whole days (UTC); otherwise the answer is 400
                 * @example 2026-10-25T00:00:00+02:00
                 */
                from: string;
                /**
                 * @description End of the period, which is not in it; now when absent
                 * @example 2026-10-26T00:00:00+01:00
                 */
                to?: string;
                /**
                 * @description IANA time zone of the buckets
                 * @example Europe/Berlin
                 */
                time_zone?: string;
                /**
                 * @description Only this ad; once for each of several
                 * @example 1
                 */
                ad_id?: number | number[];
                /**
                 * @description Only ads of this campaign, written exactly like this
                 * @example Summer 2026
                 */
                campaign?: string;
                /**
                 * @description Only ads of this advertiser, written exactly like this
                 * @example Example Shoes
                 */
                advertiser?: string;
                /** @description Adds the bucket of the previous period to each bucket */
                compare?: "previous";
                /** @description A series for each ad; not together with compare */
                by?: "ad";
                /**
                 * @description The table as JSON or as CSV (RFC 4180), whatever `Accept` says
                 * @example csv
                 */
                format?: "json" | "csv";
            };
            header?: {
                /** @description The `ETag` of an earlier answer: 304 when its numbers have not changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Oldest first, buckets without events included; the first begins with `from`, the last ends with `to`. With `by=ad` those of the first ad, then of the next */
            200: {
                headers: {
                    /** @description When the numbers were read; without `from` and `to` also the end of the window */
                    "X-As-Of"?: string;
                    /** @description Start of the counted period; an event at this time is in a period and not in a window of minutes. A full minute when raw events of this time are no longer kept */
                    "X-Window-Start"?: string;
                    /** @description End of the counted period; events before this time are counted */
                    "X-Window-End"?: string;
                    /** @description Everything acknowledged before this time is in the numbers. Absent until every partition was read once */
                    "X-Complete-Through"?: string;
                    /** @description Milliseconds from X-Complete-Through to X-As-Of */
                    "X-Ingest-Lag-Ms"?: number;
                    /** @description Identifies the numbers; send it as If-None-Match */
                    ETag?: string;
                    /** @description The name of the file, of CSV alone */
                    "Content-Disposition"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "start": "2026-10-25T02:00:00+02:00",
                     *         "clicks": 20,
                     *         "impressions": 40,
                     *         "ctr": 0.5
                     *       }
                     *     ]
                     */
                    "application/json": components["schemas"]["Bucket"][];
                    /**
                     * @example start,clicks,impressions,ctr
                     *     2026-10-25T02:00:00+02:00,2000,4000,0.5
                     */
                    "text/csv": string;
                };
            };
            /** @description The numbers have not changed since the `ETag` in If-None-Match */
            304: {
                headers: {
                    /** @description When the numbers were read; without `from` and `to` also the end of the window */
                    "X-As-Of"?: string;
                    /** @description Start of the counted period; an event at this time is in a period and not in a window of minutes. A full minute when raw events of this time are no longer kept */
                    "X-Window-Start"?: string;
                    /** @description End of the counted period; events before this time are counted */
                    "X-Window-End"?: string;
                    /** @description Everything acknowledged before this time is in the numbers. Absent until every partition was read once */
                    "X-Complete-Through"?: string;
                    /** @description Milliseconds from X-Complete-Through to X-As-Of */
                    "X-Ingest-Lag-Ms"?: number;
                    /** @description Identifies the numbers; send it as If-None-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.bad_http.invalid_request"];
            401: components["responses"]["401.unauthorized"];
            403: components["responses"]["403.forbidden"];
            406: components["responses"]["406.not_acceptable"];
            408: components["responses"]["408.request_timeout"];
            429: components["responses"]["429.rate_limited"];
            431: components["responses"]["431.headers_too_large"];
            500: components["responses"]["500.internal_error"];
            502: components["responses"]["502.bad_gateway"];
            503: components["responses"]["503.overloaded.unavailable"];
        };
    };
    recordClick: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the event: a UUID, with or without the quotes of the IETF draft. A UUID other than `event_id` is a 400; a key that is not a UUID is ignored when the body has an `event_id`, and otherwise a 400 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description A click or an impression */
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewEvent"];
            };
        };
        responses: {
            /** @description All in-sync replicas of the log have the event: it will be counted exactly once */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Click event received",
                     *       "event_id": "0197e2a4-5c80-7c3e-9d2a-3f1b5c7d9e0f"
                     *     }
                     */
                    "application/json": components["schemas"]["EventAccepted"];
                };
            };
            400: components["responses"]["400.bad_http.invalid_request.malformed_json"];
            403: components["responses"]["403.origin_not_allowed"];
            408: components["responses"]["408.request_timeout"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            429: components["responses"]["429.rate_limited"];
            431: components["responses"]["431.headers_too_large"];
            500: components["responses"]["500.internal_error"];
            502: components["responses"]["502.bad_gateway"];
            503: components["responses"]["503.outcome_unknown.overloaded.unavailable"];
        };
    };
    recordEvents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "events": [
                 *         {
                 *           "type": "impression",
                 *           "ad_id": 1
                 *         },
                 *         {
                 *           "type": "click",
                 *           "ad_id": 1,
                 *           "playback_time": 15
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["EventBatch"];
                /**
                 * @example {
                 *       "events": [
                 *         {
                 *           "type": "impression",
                 *           "ad_id": 1
                 *         },
                 *         {
                 *           "type": "click",
                 *           "ad_id": 1,
                 *           "playback_time": 15
                 *         }
                 *       ]
                 *     }
                 */
                "text/plain": components["schemas"]["EventBatch"];
            };
        };
        responses: {
            /** @description The outcome of each event, in the order of the request */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "results": [
                     *         {
                     *           "event_id": "0197e2a4-5c80-7c3e-9d2a-3f1b5c7d9e0f",
                     *           "status": 202
                     *         },
                     *         {
                     *           "event_id": null,
                     *           "status": 400,
                     *           "code": "invalid_request",
                     *           "errors": [
                     *             {
                     *               "field": "ad_id",
                     *               "message": "is required"
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["EventResults"];
                };
            };
            400: components["responses"]["400.bad_http.invalid_request.malformed_json"];
            403: components["responses"]["403.origin_not_allowed"];
            408: components["responses"]["408.request_timeout"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            429: components["responses"]["429.rate_limited"];
            431: components["responses"]["431.headers_too_large"];
            500: components["responses"]["500.internal_error"];
            502: components["responses"]["502.bad_gateway"];
            503: components["responses"]["503.outcome_unknown.overloaded.unavailable"];
        };
    };
    getReceipt: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the event
                 * @example 0197e2a4-5c80-7c3e-9d2a-3f1b5c7d9e0f
                 */
                event_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The receipt */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "event_id": "0197e2a4-5c80-7c3e-9d2a-3f1b5c7d9e0f",
                     *       "receipts": [
                     *         {
                     *           "type": "click",
                     *           "status": "counted",
                     *           "ad_id": 1,
                     *           "duplicates": 0,
                     *           "conflicts": 0
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Receipts"];
                };
            };
            400: components["responses"]["400.bad_http.invalid_request"];
            404: components["responses"]["404.not_found.X-Complete-Through"];
            408: components["responses"]["408.request_timeout"];
            429: components["responses"]["429.rate_limited"];
            431: components["responses"]["431.headers_too_large"];
            500: components["responses"]["500.internal_error"];
            502: components["responses"]["502.bad_gateway"];
            503: components["responses"]["503.overloaded.unavailable"];
        };
    };
    exportEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of a file of a settled day */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description Type of the events
                 * @example clicks
                 */
                type: "clicks" | "impressions";
                /**
                 * @description Day of `occurred_at`, in UTC
                 * @example 2026-07-07
                 */
                day: string;
                /**
                 * @description Format of the file
                 * @example csv
                 */
                format: "csv" | "parquet";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events, ordered by (occurred_at, event_id), with the columns event_id, ad_id, occurred_at, received_at, ip, user_agent, playback_time */
            200: {
                headers: {
                    /** @description `true` when the day ended more than 24 h before X-Complete-Through; the file is then stable */
                    "X-Settled"?: "true" | "false";
                    /** @description When the export began */
                    "X-As-Of"?: string;
                    /** @description Everything acknowledged before this time is in the file, if it is of this day */
                    "X-Complete-Through"?: string;
                    /** @description Milliseconds from X-Complete-Through to X-As-Of */
                    "X-Ingest-Lag-Ms"?: number;
                    /** @description Strong; only for a settled day. Changes when an event arrives very late */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example event_id,ad_id,occurred_at,received_at,ip,user_agent,playback_time
                     *     0197e2a4-5c80-7c3e-9d2a-3f1b5c7d9e0f,1,2026-07-07T06:45:00.000Z,2026-07-07T06:45:00.040Z,192.168.1.0,Mozilla/5.0,15
                     */
                    "text/csv": string;
                    /** @example PAR1 … PAR1 */
                    "application/vnd.apache.parquet": string;
                };
            };
            /** @description The file has not changed since the `ETag` in If-None-Match */
            304: {
                headers: {
                    /** @description `true` when the day ended more than 24 h before X-Complete-Through; the file is then stable */
                    "X-Settled"?: "true" | "false";
                    /** @description When the export began */
                    "X-As-Of"?: string;
                    /** @description Everything acknowledged before this time is in the file, if it is of this day */
                    "X-Complete-Through"?: string;
                    /** @description Milliseconds from X-Complete-Through to X-As-Of */
                    "X-Ingest-Lag-Ms"?: number;
                    /** @description Strong; only for a settled day. Changes when an event arrives very late */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.bad_http.invalid_request"];
            401: components["responses"]["401.unauthorized"];
            403: components["responses"]["403.forbidden"];
            404: components["responses"]["404.not_found"];
            408: components["responses"]["408.request_timeout"];
            410: components["responses"]["410.gone"];
            429: components["responses"]["429.rate_limited"];
            431: components["responses"]["431.headers_too_large"];
            500: components["responses"]["500.internal_error"];
            502: components["responses"]["502.bad_gateway"];
            503: components["responses"]["503.overloaded.unavailable"];
        };
    };
    recordImpression: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the event: a UUID, with or without the quotes of the IETF draft. A UUID other than `event_id` is a 400; a key that is not a UUID is ignored when the body has an `event_id`, and otherwise a 400 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description A click or an impression */
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewEvent"];
            };
        };
        responses: {
            /** @description All in-sync replicas of the log have the event: it will be counted exactly once */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Click event received",
                     *       "event_id": "0197e2a4-5c80-7c3e-9d2a-3f1b5c7d9e0f"
                     *     }
                     */
                    "application/json": components["schemas"]["EventAccepted"];
                };
            };
            400: components["responses"]["400.bad_http.invalid_request.malformed_json"];
            403: components["responses"]["403.origin_not_allowed"];
            408: components["responses"]["408.request_timeout"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            429: components["responses"]["429.rate_limited"];
            431: components["responses"]["431.headers_too_large"];
            500: components["responses"]["500.internal_error"];
            502: components["responses"]["502.bad_gateway"];
            503: components["responses"]["503.outcome_unknown.overloaded.unavailable"];
        };
    };
    getAd: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the ad
                 * @example 1
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A video ad */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 1,
                     *       "name": "Summer sale",
                     *       "campaign": "Summer 2026",
                     *       "advertiser": "Example Shoes",
                     *       "image_url": "https://cdn.example.com/ads/1.jpg",
                     *       "target_url": "https://shop.example.com/summer",
                     *       "created_at": "2026-07-07T06:45:00.000Z",
                     *       "updated_at": "2026-07-07T06:45:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Ad"];
                };
            };
            400: components["responses"]["400.bad_http.invalid_request"];
            404: components["responses"]["404.not_found"];
            408: components["responses"]["408.request_timeout"];
            429: components["responses"]["429.rate_limited"];
            431: components["responses"]["431.headers_too_large"];
            500: components["responses"]["500.internal_error"];
            502: components["responses"]["502.bad_gateway"];
            503: components["responses"]["503.overloaded.unavailable"];
        };
    };
    archiveAd: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the ad
                 * @example 1
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Archived */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400.bad_http.invalid_request"];
            401: components["responses"]["401.unauthorized"];
            403: components["responses"]["403.forbidden"];
            404: components["responses"]["404.not_found"];
            408: components["responses"]["408.request_timeout"];
            429: components["responses"]["429.rate_limited"];
            431: components["responses"]["431.headers_too_large"];
            500: components["responses"]["500.internal_error"];
            502: components["responses"]["502.bad_gateway"];
            503: components["responses"]["503.overloaded.unavailable"];
        };
    };
    updateAd: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the ad
                 * @example 1
                 */
                id: number;
            };
            cookie?: never;
        };
        /** @description The fields to change */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "target_url": "https://shop.example.com/winter"
                 *     }
                 */
                "application/json": components["schemas"]["AdPatch"];
            };
        };
        responses: {
            /** @description A video ad */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 1,
                     *       "name": "Summer sale",
                     *       "campaign": "Summer 2026",
                     *       "advertiser": "Example Shoes",
                     *       "image_url": "https://cdn.example.com/ads/1.jpg",
                     *       "target_url": "https://shop.example.com/summer",
                     *       "created_at": "2026-07-07T06:45:00.000Z",
                     *       "updated_at": "2026-07-07T06:45:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Ad"];
                };
            };
            400: components["responses"]["400.bad_http.invalid_request.malformed_json"];
            401: components["responses"]["401.unauthorized"];
            403: components["responses"]["403.forbidden"];
            404: components["responses"]["404.not_found"];
            408: components["responses"]["408.request_timeout"];
            413: components["responses"]["413.payload_too_large"];
            415: components["responses"]["415.unsupported_media_type"];
            429: components["responses"]["429.rate_limited"];
            431: components["responses"]["431.headers_too_large"];
            500: components["responses"]["500.internal_error"];
            502: components["responses"]["502.bad_gateway"];
            503: components["responses"]["503.overloaded.unavailable"];
        };
    };
    getBooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ledger: the outcomes of all records that were read from the log */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "balanced": true,
                     *       "off_by": 0,
                     *       "counted": 4000,
                     *       "duplicates": 12,
                     *       "conflicts": 0,
                     *       "dead_letters": 1,
                     *       "waiting_dead_letters": [
                     *         {
                     *           "reason": "unknown_ad",
                     *           "count": 1
                     *         }
                     *       ],
                     *       "complete_through": "2026-07-07T06:45:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Books"];
                };
            };
            400: components["responses"]["400.bad_http.invalid_request"];
            401: components["responses"]["401.unauthorized"];
            403: components["responses"]["403.forbidden"];
            408: components["responses"]["408.request_timeout"];
            429: components["responses"]["429.rate_limited"];
            431: components["responses"]["431.headers_too_large"];
            500: components["responses"]["500.internal_error"];
            502: components["responses"]["502.bad_gateway"];
            503: components["responses"]["503.overloaded.unavailable"];
        };
    };
}
