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
      },
      "ad_id": {
        "anyOf": [
          {
            "minimum": 1,
            "maximum": 2147483647,
            "type": "integer"
          },
          {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "minimum": 1,
              "maximum": 2147483647,
              "type": "integer"
            }
          }
        ]
      },
      "campaign": {
        "minLength": 1,
        "maxLength": 200,
        "format": "label",
        "type": "string"
      },
      "advertiser": {
        "minLength": 1,
        "maxLength": 200,
        "format": "label",
        "type": "string"
      },
      "format": {
        "type": "string",
        "enum": [
          "json",
          "csv"
        ]
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
        "campaign": {
          "anyOf": [
            {
              "minLength": 1,
              "maxLength": 200,
              "format": "label",
              "type": "string"
            },
            {
              "type": "null"
            }
          ]
        },
        "advertiser": {
          "anyOf": [
            {
              "minLength": 1,
              "maxLength": 200,
              "format": "label",
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
      "from": {
        "format": "date-time",
        "type": "string"
      },
      "to": {
        "format": "date-time",
        "type": "string"
      },
      "ad_id": {
        "anyOf": [
          {
            "minimum": 1,
            "maximum": 2147483647,
            "type": "integer"
          },
          {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "minimum": 1,
              "maximum": 2147483647,
              "type": "integer"
            }
          }
        ]
      },
      "campaign": {
        "minLength": 1,
        "maxLength": 200,
        "format": "label",
        "type": "string"
      },
      "advertiser": {
        "minLength": 1,
        "maxLength": 200,
        "format": "label",
        "type": "string"
      },
      "fields": {
        "type": "string",
        "pattern": "^(name|campaign|advertiser|image_url|target_url)(,(name|campaign|advertiser|image_url|target_url))*$"
      },
      "format": {
        "type": "string",
        "enum": [
          "json",
          "csv"
        ]
      }
    }
  },
  "streamAnalytics": {
    "params": {}
  },
  "getSeries": {
    "params": {
      "interval": {
        "type": "string",
        "enum": [
          "minute",
          "hour",
          "day",
          "week",
          "month"
        ]
      },
      "from": {
        "format": "date-time",
        "type": "string"
      },
      "to": {
        "format": "date-time",
        "type": "string"
      },
      "time_zone": {
        "maxLength": 64,
        "type": "string"
      },
      "ad_id": {
        "anyOf": [
          {
            "minimum": 1,
            "maximum": 2147483647,
            "type": "integer"
          },
          {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "minimum": 1,
              "maximum": 2147483647,
              "type": "integer"
            }
          }
        ]
      },
      "campaign": {
        "minLength": 1,
        "maxLength": 200,
        "format": "label",
        "type": "string"
      },
      "advertiser": {
        "minLength": 1,
        "maxLength": 200,
        "format": "label",
        "type": "string"
      },
      "compare": {
        "type": "string",
        "enum": [
          "previous"
        ]
      },
      "by": {
        "type": "string",
        "enum": [
          "ad"
        ]
      },
      "format": {
        "type": "string",
        "enum": [
          "json",
          "csv"
        ]
      }
    }
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
  "exportEvents": {
    "params": {
      "type": {
        "type": "string",
        "enum": [
          "clicks",
          "impressions"
        ]
      },
      "day": {
        "format": "date",
        "type": "string"
      },
      "format": {
        "type": "string",
        "enum": [
          "csv",
          "parquet"
        ]
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
        "campaign": {
          "anyOf": [
            {
              "minLength": 1,
              "maxLength": 200,
              "format": "label",
              "type": "string"
            },
            {
              "type": "null"
            }
          ]
        },
        "advertiser": {
          "anyOf": [
            {
              "minLength": 1,
              "maxLength": 200,
              "format": "label",
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
  },
  "getBooks": {
    "params": {}
  }
} as const
