// Made by `npm run openapi`: do not edit.
export const requests = {
  "listAds": {
    "params": {
      "limit": {
        "minimum": 1,
        "maximum": 1000,
        "type": "integer"
      },
      "cursor": {
        "maxLength": 64,
        "type": "string"
      }
    }
  },
  "createAd": {
    "params": {},
    "body": {
      "type": "object",
      "required": [
        "image_url",
        "target_url"
      ],
      "properties": {
        "id": {
          "minimum": 1,
          "maximum": 2147483647,
          "type": "integer"
        },
        "name": {
          "anyOf": [
            {
              "maxLength": 200,
              "format": "storable",
              "type": "string"
            },
            {
              "type": "null"
            }
          ]
        },
        "image_url": {
          "format": "uri",
          "maxLength": 2048,
          "type": "string"
        },
        "target_url": {
          "format": "uri",
          "maxLength": 2048,
          "type": "string"
        }
      }
    }
  },
  "getAnalytics": {
    "params": {
      "minutes": {
        "minimum": 1,
        "maximum": 525600,
        "type": "integer"
      },
      "ad_id": {
        "minimum": 1,
        "maximum": 2147483647,
        "type": "integer"
      }
    }
  },
  "streamAnalytics": {
    "params": {}
  },
  "recordClick": {
    "params": {},
    "body": {
      "type": "object",
      "required": [
        "ad_id"
      ],
      "properties": {
        "ad_id": {
          "minimum": 1,
          "maximum": 2147483647,
          "type": "integer"
        },
        "event_id": {
          "format": "uuid",
          "type": "string"
        },
        "timestamp": {
          "format": "date-time",
          "type": "string"
        },
        "ip": {
          "anyOf": [
            {
              "format": "ipv4",
              "type": "string"
            },
            {
              "format": "ipv6",
              "type": "string"
            }
          ]
        },
        "playback_time": {
          "minimum": 0,
          "maximum": 1000000000,
          "type": "number"
        }
      }
    }
  },
  "recordEvents": {
    "params": {},
    "body": {
      "type": "object",
      "required": [
        "events"
      ],
      "properties": {
        "events": {
          "minItems": 1,
          "maxItems": 500,
          "type": "array",
          "items": {
            "type": "object",
            "required": [
              "type",
              "ad_id"
            ],
            "properties": {
              "type": {
                "type": "string",
                "enum": [
                  "click",
                  "impression"
                ]
              },
              "ad_id": {
                "minimum": 1,
                "maximum": 2147483647,
                "type": "integer"
              },
              "event_id": {
                "format": "uuid",
                "type": "string"
              },
              "timestamp": {
                "format": "date-time",
                "type": "string"
              },
              "ip": {
                "anyOf": [
                  {
                    "format": "ipv4",
                    "type": "string"
                  },
                  {
                    "format": "ipv6",
                    "type": "string"
                  }
                ]
              },
              "playback_time": {
                "minimum": 0,
                "maximum": 1000000000,
                "type": "number"
              }
            }
          }
        }
      }
    }
  },
  "getReceipt": {
    "params": {
      "event_id": {
        "format": "uuid",
        "type": "string"
      }
    }
  },
  "recordImpression": {
    "params": {},
    "body": {
      "type": "object",
      "required": [
        "ad_id"
      ],
      "properties": {
        "ad_id": {
          "minimum": 1,
          "maximum": 2147483647,
          "type": "integer"
        },
        "event_id": {
          "format": "uuid",
          "type": "string"
        },
        "timestamp": {
          "format": "date-time",
          "type": "string"
        },
        "ip": {
          "anyOf": [
            {
              "format": "ipv4",
              "type": "string"
            },
            {
              "format": "ipv6",
              "type": "string"
            }
          ]
        },
        "playback_time": {
          "minimum": 0,
          "maximum": 1000000000,
          "type": "number"
        }
      }
    }
  },
  "getAd": {
    "params": {
      "id": {
        "minimum": 1,
        "maximum": 2147483647,
        "type": "integer"
      }
    }
  },
  "updateAd": {
    "params": {
      "id": {
        "minimum": 1,
        "maximum": 2147483647,
        "type": "integer"
      }
    },
    "body": {
      "type": "object",
      "properties": {
        "name": {
          "anyOf": [
            {
              "maxLength": 200,
              "format": "storable",
              "type": "string"
            },
            {
              "type": "null"
            }
          ]
        },
        "image_url": {
          "format": "uri",
          "maxLength": 2048,
          "type": "string"
        },
        "target_url": {
          "format": "uri",
          "maxLength": 2048,
          "type": "string"
        }
      }
    }
  },
  "archiveAd": {
    "params": {
      "id": {
        "minimum": 1,
        "maximum": 2147483647,
        "type": "integer"
      }
    }
  }
} as const
