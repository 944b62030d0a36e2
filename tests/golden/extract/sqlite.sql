-- every connection
PRAGMA query_only = 1;

-- examine
SELECT sqlite_version();

-- examine
SELECT strftime('%Y-%m-%d %H:%M:%f', 'now');

-- examine
PRAGMA encoding;

-- examine
SELECT t.name, MIN(c.name) FROM sqlite_master AS t JOIN pragma_index_list(t.name) AS i JOIN pragma_index_info(i.name) AS c WHERE :schema IS NULL AND t.type = 'table' AND i."unique" AND NOT i.partial GROUP BY t.name, i.name HAVING COUNT(*) = 1 UNION ALL SELECT t.name, MIN(c.name) FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table' AND c.pk > 0 GROUP BY t.name HAVING COUNT(*) = 1;

-- examine
PRAGMA encoding;

-- count
SELECT count(*) AS count_1
FROM "SIEBEL"."S_CASE";

-- filled
SELECT 0 AS position
FROM (SELECT 1 AS one
FROM "SIEBEL"."S_CASE"
 LIMIT ? OFFSET ?) AS anon_1 UNION ALL SELECT 1 AS position
FROM (SELECT 1 AS one
FROM "SIEBEL"."S_CASE"
 LIMIT ? OFFSET ?) AS anon_2;
-- 1 = 1
-- 2 = 0
-- 3 = 1
-- 4 = 0

-- boundaries
SELECT numbered.border
FROM (SELECT "SIEBEL"."S_CASE"."ROW_ID" AS border, row_number() OVER (ORDER BY "SIEBEL"."S_CASE"."ROW_ID" COLLATE "BINARY") AS position
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL) AS numbered
WHERE numbered.position > ? AND (numbered.position - 1) % 25000 = 0 ORDER BY numbered.position;
-- 1 = 1

-- boundaries of rows without a pointer
SELECT numbered.border
FROM (SELECT "SIEBEL"."S_CASE"."ROW_ID" AS border, row_number() OVER (ORDER BY "SIEBEL"."S_CASE"."ROW_ID" COLLATE "BINARY") AS position
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL AND "SIEBEL"."S_CASE"."PAR_ID" IS NULL) AS numbered
WHERE numbered.position > ? AND (numbered.position - 1) % 25000 = 0 ORDER BY numbered.position;
-- 1 = 1

-- rights
SELECT 1
FROM "SIEBEL"."S_CASE"
WHERE 1 = 0 UNION ALL SELECT 1
FROM "SIEBEL"."S_CASE"
WHERE 1 = 0;

-- count, narrowed
SELECT count(*) AS count_1
FROM "SIEBEL"."S_CASE"
WHERE ("SIEBEL"."S_CASE"."PAR_ID" IN (?) OR "SIEBEL"."S_CASE"."PAR_ID" IS NULL OR "SIEBEL"."S_CASE"."ROW_ID" IN (?)) AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL;
-- 1 = "it's"
-- 2 = '1-A'

-- boundaries, narrowed
SELECT numbered.border
FROM (SELECT "SIEBEL"."S_CASE"."ROW_ID" AS border, row_number() OVER (ORDER BY "SIEBEL"."S_CASE"."ROW_ID" COLLATE "BINARY") AS position
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL AND ("SIEBEL"."S_CASE"."PAR_ID" IN (?) OR "SIEBEL"."S_CASE"."PAR_ID" IS NULL OR "SIEBEL"."S_CASE"."ROW_ID" IN (?)) AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL) AS numbered
WHERE numbered.position > ? AND (numbered.position - 1) % 25000 = 0 ORDER BY numbered.position;
-- 1 = "it's"
-- 2 = '1-A'
-- 3 = 1

-- begin
BEGIN;

-- begin
SELECT count(*) FROM sqlite_master;

-- range
SELECT CAST("SIEBEL"."S_CASE"."ROW_ID" AS TEXT) AS "ROW_ID", CAST("SIEBEL"."S_CASE"."PAR_ID" AS TEXT) AS "PAR_ID", CAST("SIEBEL"."S_CASE"."SEQ_NUM" AS TEXT) AS "SEQ_NUM", CAST("SIEBEL"."S_CASE"."AMT" AS TEXT) AS "AMT", CAST("SIEBEL"."S_CASE"."CREATED" AS TEXT) AS "CREATED", CAST("SIEBEL"."S_CASE"."LAST_UPD" AS TEXT) AS "LAST_UPD", CAST(CASE WHEN (typeof("SIEBEL"."S_CASE"."PRICE") = 'real') THEN round("SIEBEL"."S_CASE"."PRICE", 10) ELSE "SIEBEL"."S_CASE"."PRICE" END AS TEXT) AS "PRICE", CAST("SIEBEL"."S_CASE"."DONE" AS TEXT) AS "DONE", CAST("SIEBEL"."S_CASE"."AT" AS TEXT) AS "AT", CAST("SIEBEL"."S_CASE"."CODE" AS TEXT) AS "CODE"
FROM "SIEBEL"."S_CASE"
WHERE ("SIEBEL"."S_CASE"."ROW_ID" COLLATE "BINARY") >= ? AND ("SIEBEL"."S_CASE"."ROW_ID" COLLATE "BINARY") < ?;
-- 1 = '1-A'
-- 2 = '1-B'

-- first range
SELECT CAST("SIEBEL"."S_CASE"."ROW_ID" AS TEXT) AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE ("SIEBEL"."S_CASE"."ROW_ID" COLLATE "BINARY") < ?;
-- 1 = '1-B'

-- last range
SELECT CAST("SIEBEL"."S_CASE"."ROW_ID" AS TEXT) AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE ("SIEBEL"."S_CASE"."ROW_ID" COLLATE "BINARY") >= ?;
-- 1 = '1-A'

-- narrowed range
SELECT CAST("SIEBEL"."S_CASE"."ROW_ID" AS TEXT) AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE ("SIEBEL"."S_CASE"."ROW_ID" COLLATE "BINARY") >= ? AND ("SIEBEL"."S_CASE"."PAR_ID" IN (?) OR "SIEBEL"."S_CASE"."PAR_ID" IS NULL OR "SIEBEL"."S_CASE"."ROW_ID" IN (?)) AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL;
-- 1 = '1-A'
-- 2 = "it's"
-- 3 = '1-A'

-- one range over everything
SELECT CAST("SIEBEL"."S_CASE"."ROW_ID" AS TEXT) AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE ("SIEBEL"."S_CASE"."ROW_ID" COLLATE "BINARY") IS NOT NULL;

-- range of a number
SELECT CAST("SIEBEL"."S_CASE"."ROW_ID" AS TEXT) AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."SEQ_NUM" >= ? AND "SIEBEL"."S_CASE"."SEQ_NUM" < ?;
-- 1 = 1
-- 2 = 9007199254740993

-- range in another column's order
SELECT CAST("SIEBEL"."S_CASE"."ROW_ID" AS TEXT) AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE ("SIEBEL"."S_CASE"."PAR_ID" COLLATE other) >= ?;
-- 1 = '1-A'

-- keys
SELECT CAST("SIEBEL"."S_CASE"."ROW_ID" AS TEXT) AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."PAR_ID" IN (SELECT anon_1.value
FROM json_each(?) AS anon_1);
-- 1 = '["1-A", "it\'s"]'

-- keys that are numbers
SELECT CAST("SIEBEL"."S_CASE"."ROW_ID" AS TEXT) AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."SEQ_NUM" IN (SELECT anon_1.value
FROM json_each(?) AS anon_1);
-- 1 = '[1, 9007199254740993]'

-- keys that are decimals
SELECT CAST("SIEBEL"."S_CASE"."ROW_ID" AS TEXT) AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."AMT" IN (SELECT anon_1.value
FROM json_each(?) AS anon_1);
-- 1 = '["1.5"]'

-- keys, narrowed
SELECT CAST("SIEBEL"."S_CASE"."ROW_ID" AS TEXT) AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."PAR_ID" IN (SELECT anon_1.value
FROM json_each(?) AS anon_1) AND ("SIEBEL"."S_CASE"."PAR_ID" IN (?) OR "SIEBEL"."S_CASE"."PAR_ID" IS NULL OR "SIEBEL"."S_CASE"."ROW_ID" IN (?)) AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL;
-- 1 = '["1-A"]'
-- 2 = "it's"
-- 3 = '1-A'

-- changed
SELECT DISTINCT CAST("SIEBEL"."S_CASE"."PAR_ID" AS TEXT) AS "PAR_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."CREATED" >= ? AND "SIEBEL"."S_CASE"."PAR_ID" IS NOT NULL;
-- 1 = '2026-01-31 23:59:58'

-- changed by one stamp or another
SELECT DISTINCT CAST("SIEBEL"."S_CASE"."PAR_ID" AS TEXT) AS "PAR_ID"
FROM "SIEBEL"."S_CASE"
WHERE ("SIEBEL"."S_CASE"."CREATED" >= ? OR "SIEBEL"."S_CASE"."LAST_UPD" >= ?) AND "SIEBEL"."S_CASE"."PAR_ID" IS NOT NULL;
-- 1 = '2026-01-31 23:59:58'
-- 2 = '2026-01-31 23:59:58'

-- checksums
SELECT CAST(CAST(each_row.part AS BIGINT) AS TEXT) AS part, CAST(CAST(count(*) AS BIGINT) AS TEXT) AS row_count, CAST(sum(each_row.row_sum) AS VARCHAR(40)) AS row_sum
FROM (SELECT abs(case_migrate_checksum(CAST(CAST("SIEBEL"."S_CASE"."PAR_ID" AS TEXT) AS BLOB)) % 4096) AS part, case_migrate_checksum(CAST(CAST("SIEBEL"."S_CASE"."ROW_ID" AS TEXT) AS BLOB), CAST(CAST("SIEBEL"."S_CASE"."PAR_ID" AS TEXT) AS BLOB), CAST(CAST("SIEBEL"."S_CASE"."SEQ_NUM" AS TEXT) AS BLOB), CAST(CAST("SIEBEL"."S_CASE"."AMT" AS TEXT) AS BLOB), CAST(CAST("SIEBEL"."S_CASE"."CREATED" AS TEXT) AS BLOB), CAST(CAST("SIEBEL"."S_CASE"."LAST_UPD" AS TEXT) AS BLOB), CAST(CAST(CASE WHEN (typeof("SIEBEL"."S_CASE"."PRICE") = 'real') THEN round("SIEBEL"."S_CASE"."PRICE", 10) ELSE "SIEBEL"."S_CASE"."PRICE" END AS TEXT) AS BLOB), CAST(CAST("SIEBEL"."S_CASE"."DONE" AS TEXT) AS BLOB), CAST(CAST("SIEBEL"."S_CASE"."AT" AS TEXT) AS BLOB), CAST(CAST("SIEBEL"."S_CASE"."CODE" AS TEXT) AS BLOB)) AS row_sum
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."PAR_ID" IS NOT NULL) AS each_row GROUP BY each_row.part;

-- keys of some parts
SELECT CAST("SIEBEL"."S_CASE"."ROW_ID" AS TEXT) AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."PAR_ID" IS NOT NULL AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL AND abs(case_migrate_checksum(CAST(CAST("SIEBEL"."S_CASE"."PAR_ID" AS TEXT) AS BLOB)) % 4096) IN (0, 17);

-- measured
SELECT CAST("SIEBEL"."S_CASE"."PAR_ID" AS TEXT) AS "PAR_ID", CAST(CAST(count(*) AS BIGINT) AS TEXT) AS row_count, CAST(CAST(coalesce(sum("SIEBEL"."S_CASE"."SEQ_NUM"), 0) AS BIGINT) AS TEXT) AS version_sum, CAST(max("SIEBEL"."S_CASE"."CREATED") AS TEXT) AS "CREATED"
FROM "SIEBEL"."S_CASE"
WHERE ("SIEBEL"."S_CASE"."PAR_ID" COLLATE "BINARY") >= ? AND ("SIEBEL"."S_CASE"."PAR_ID" COLLATE "BINARY") < ? AND ("SIEBEL"."S_CASE"."PAR_ID" IN (?) OR "SIEBEL"."S_CASE"."PAR_ID" IS NULL OR "SIEBEL"."S_CASE"."ROW_ID" IN (?)) AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL GROUP BY "SIEBEL"."S_CASE"."PAR_ID";
-- 1 = '1-A'
-- 2 = '1-B'
-- 3 = "it's"
-- 4 = '1-A'

-- measured in another column's order, without a version
SELECT CAST("SIEBEL"."S_CASE"."PAR_ID" AS TEXT) AS "PAR_ID", CAST(CAST(count(*) AS BIGINT) AS TEXT) AS row_count, CAST(CAST(0 AS BIGINT) AS TEXT) AS version_sum, CAST(max("SIEBEL"."S_CASE"."CREATED") AS TEXT) AS "CREATED"
FROM "SIEBEL"."S_CASE"
WHERE ("SIEBEL"."S_CASE"."PAR_ID" COLLATE other) >= ? GROUP BY "SIEBEL"."S_CASE"."PAR_ID";
-- 1 = '1-A'

-- without a pointer
SELECT CAST("SIEBEL"."S_CASE"."ROW_ID" AS TEXT) AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."PAR_ID" IS NULL;

-- without a pointer, bounded
SELECT CAST("SIEBEL"."S_CASE"."ROW_ID" AS TEXT) AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."PAR_ID" IS NULL AND ("SIEBEL"."S_CASE"."ROW_ID" COLLATE "BINARY") >= ? AND ("SIEBEL"."S_CASE"."ROW_ID" COLLATE "BINARY") < ?;
-- 1 = '1-A'
-- 2 = '1-B'

-- end
ROLLBACK;
