-- What an ad belongs to, for filters and reports. Trimmed and never empty, so that equal labels are equal texts.
alter table ads
  add column campaign   text check (char_length(campaign)   between 1 and 200 and campaign   = btrim(campaign)),
  add column advertiser text check (char_length(advertiser) between 1 and 200 and advertiser = btrim(advertiser));
