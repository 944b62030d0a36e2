-- every connection
SET SESSION TRANSACTION READ ONLY;

-- every connection
SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ;

-- every connection
SET SESSION max_statement_time = 300;

-- every connection
SET SESSION lock_wait_timeout = 10;

-- every connection
SET SESSION time_zone = '+00:00';

-- every connection
SET SESSION sql_mode = CONCAT(@@sql_mode, ',PAD_CHAR_TO_FULL_LENGTH');

-- examine
SELECT VERSION();

-- examine
SELECT UTC_TIMESTAMP(6);

-- examine
SELECT @@character_set_connection;

-- examine
SELECT COUNT(*) FROM (SELECT privilege_type FROM information_schema.user_privileges UNION ALL SELECT privilege_type FROM information_schema.schema_privileges WHERE DATABASE() LIKE table_schema UNION ALL SELECT privilege_type FROM information_schema.table_privileges WHERE table_schema = DATABASE()) AS p WHERE privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'DROP', 'ALTER', 'CREATE');

-- examine
SELECT table_name, column_name, collation_name FROM information_schema.columns WHERE table_schema = COALESCE(:schema, DATABASE()) AND collation_name IS NOT NULL;

-- examine
SELECT table_name, MIN(column_name) FROM information_schema.statistics WHERE table_schema = COALESCE(:schema, DATABASE()) AND non_unique = 0 GROUP BY table_name, index_name HAVING COUNT(*) = 1 AND COUNT(sub_part) = 0;

-- examine
SELECT @@character_set_database;

-- examine
SELECT @@global.time_zone;

-- count
SELECT count(*) AS count_1
FROM `SIEBEL`.`S_CASE`;

-- filled
SELECT 0 AS `position`
FROM (SELECT 1 AS one
FROM `SIEBEL`.`S_CASE`
 LIMIT ?) AS anon_1 UNION ALL SELECT 1 AS `position`
FROM (SELECT 1 AS one
FROM `SIEBEL`.`S_CASE`
 LIMIT ?) AS anon_2;
-- 1 = 1
-- 2 = 1

-- boundaries
SELECT numbered.border
FROM (SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS border, row_number() OVER (ORDER BY `SIEBEL`.`S_CASE`.`ROW_ID`) AS `position`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`ROW_ID` IS NOT NULL) AS numbered
WHERE numbered.`position` > ? AND (numbered.`position` - 1) % 25000 = 0 ORDER BY numbered.`position`;
-- 1 = 1

-- boundaries of rows without a pointer
SELECT numbered.border
FROM (SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS border, row_number() OVER (ORDER BY `SIEBEL`.`S_CASE`.`ROW_ID`) AS `position`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`ROW_ID` IS NOT NULL AND `SIEBEL`.`S_CASE`.`PAR_ID` IS NULL) AS numbered
WHERE numbered.`position` > ? AND (numbered.`position` - 1) % 25000 = 0 ORDER BY numbered.`position`;
-- 1 = 1

-- rights
SELECT 1
FROM `SIEBEL`.`S_CASE`
WHERE 1 = 0 UNION ALL SELECT 1
FROM `SIEBEL`.`S_CASE`
WHERE 1 = 0;

-- count, narrowed
SELECT count(*) AS count_1
FROM `SIEBEL`.`S_CASE`
WHERE (`SIEBEL`.`S_CASE`.`PAR_ID` IN (?) OR `SIEBEL`.`S_CASE`.`PAR_ID` IS NULL OR `SIEBEL`.`S_CASE`.`ROW_ID` IN (?)) AND `SIEBEL`.`S_CASE`.`ROW_ID` IS NOT NULL;
-- 1 = "it's"
-- 2 = '1-A'

-- boundaries, narrowed
SELECT numbered.border
FROM (SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS border, row_number() OVER (ORDER BY `SIEBEL`.`S_CASE`.`ROW_ID`) AS `position`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`ROW_ID` IS NOT NULL AND (`SIEBEL`.`S_CASE`.`PAR_ID` IN (?) OR `SIEBEL`.`S_CASE`.`PAR_ID` IS NULL OR `SIEBEL`.`S_CASE`.`ROW_ID` IN (?)) AND `SIEBEL`.`S_CASE`.`ROW_ID` IS NOT NULL) AS numbered
WHERE numbered.`position` > ? AND (numbered.`position` - 1) % 25000 = 0 ORDER BY numbered.`position`;
-- 1 = "it's"
-- 2 = '1-A'
-- 3 = 1

-- begin
START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY;

-- range
SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS `ROW_ID`, `SIEBEL`.`S_CASE`.`PAR_ID` AS `PAR_ID`, `SIEBEL`.`S_CASE`.`SEQ_NUM` AS `SEQ_NUM`, `SIEBEL`.`S_CASE`.`AMT` AS `AMT`, CAST(`SIEBEL`.`S_CASE`.`CREATED` AS CHAR) AS `CREATED`, CAST(`SIEBEL`.`S_CASE`.`LAST_UPD` AS CHAR) AS `LAST_UPD`, CAST(`SIEBEL`.`S_CASE`.`PRICE` AS DECIMAL(38, 10)) AS `PRICE`, CAST(`SIEBEL`.`S_CASE`.`DONE` AS SIGNED INTEGER) AS `DONE`, CAST(`SIEBEL`.`S_CASE`.`AT` AS CHAR) AS `AT`, CAST(`SIEBEL`.`S_CASE`.`CODE` AS CHAR) AS `CODE`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`ROW_ID` >= ? AND `SIEBEL`.`S_CASE`.`ROW_ID` < ?;
-- 1 = '1-A'
-- 2 = '1-B'

-- first range
SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS `ROW_ID`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`ROW_ID` < ?;
-- 1 = '1-B'

-- last range
SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS `ROW_ID`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`ROW_ID` >= ?;
-- 1 = '1-A'

-- narrowed range
SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS `ROW_ID`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`ROW_ID` >= ? AND (`SIEBEL`.`S_CASE`.`PAR_ID` IN (?) OR `SIEBEL`.`S_CASE`.`PAR_ID` IS NULL OR `SIEBEL`.`S_CASE`.`ROW_ID` IN (?)) AND `SIEBEL`.`S_CASE`.`ROW_ID` IS NOT NULL;
-- 1 = '1-A'
-- 2 = "it's"
-- 3 = '1-A'

-- one range over everything
SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS `ROW_ID`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`ROW_ID` IS NOT NULL;

-- range of a number
SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS `ROW_ID`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`SEQ_NUM` >= CAST(? AS SIGNED INTEGER) AND `SIEBEL`.`S_CASE`.`SEQ_NUM` < CAST(? AS SIGNED INTEGER);
-- 1 = 1
-- 2 = 9007199254740993

-- range in another column's order
SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS `ROW_ID`
FROM `SIEBEL`.`S_CASE`
WHERE (CAST(`SIEBEL`.`S_CASE`.`PAR_ID` AS CHAR CHARACTER SET other) COLLATE other) >= ?;
-- 1 = '1-A'

-- keys
SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS `ROW_ID`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`PAR_ID` IN (?, ?);
-- 1 = '1-A'
-- 2 = "it's"

-- keys that are numbers
SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS `ROW_ID`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`SEQ_NUM` IN (1, 9007199254740993);

-- keys that are decimals
SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS `ROW_ID`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`AMT` IN (1.5);

-- keys, narrowed
SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS `ROW_ID`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`PAR_ID` IN (?) AND (`SIEBEL`.`S_CASE`.`PAR_ID` IN (?) OR `SIEBEL`.`S_CASE`.`PAR_ID` IS NULL OR `SIEBEL`.`S_CASE`.`ROW_ID` IN (?)) AND `SIEBEL`.`S_CASE`.`ROW_ID` IS NOT NULL;
-- 1 = '1-A'
-- 2 = "it's"
-- 3 = '1-A'

-- changed
SELECT DISTINCT `SIEBEL`.`S_CASE`.`PAR_ID` AS `PAR_ID`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`CREATED` >= CAST(? AS DATETIME) AND `SIEBEL`.`S_CASE`.`PAR_ID` IS NOT NULL;
-- 1 = '2026-01-31 23:59:58'

-- changed by one stamp or another
SELECT DISTINCT `SIEBEL`.`S_CASE`.`PAR_ID` AS `PAR_ID`
FROM `SIEBEL`.`S_CASE`
WHERE (`SIEBEL`.`S_CASE`.`CREATED` >= CAST(? AS DATETIME) OR `SIEBEL`.`S_CASE`.`LAST_UPD` >= CAST(? AS DATETIME)) AND `SIEBEL`.`S_CASE`.`PAR_ID` IS NOT NULL;
-- 1 = '2026-01-31 23:59:58'
-- 2 = '2026-01-31 23:59:58'

-- checksums
SELECT CAST(each_row.part AS SIGNED INTEGER) AS part, CAST(count(*) AS SIGNED INTEGER) AS row_count, CAST(sum(each_row.row_sum) AS CHAR(40)) AS row_sum
FROM (SELECT abs(coalesce(CAST(conv(left(md5(concat_ws(',', CAST(quote(`SIEBEL`.`S_CASE`.`PAR_ID`) AS BINARY))), 15), 16, 10) AS SIGNED INTEGER), uuid_short() % 1152921504606846976) % 4096) AS part, coalesce(CAST(conv(left(md5(concat_ws(',', CAST(quote(`SIEBEL`.`S_CASE`.`ROW_ID`) AS BINARY), CAST(quote(`SIEBEL`.`S_CASE`.`PAR_ID`) AS BINARY), CAST(quote(`SIEBEL`.`S_CASE`.`SEQ_NUM`) AS BINARY), CAST(quote(`SIEBEL`.`S_CASE`.`AMT`) AS BINARY), CAST(quote(CAST(`SIEBEL`.`S_CASE`.`CREATED` AS CHAR)) AS BINARY), CAST(quote(CAST(`SIEBEL`.`S_CASE`.`LAST_UPD` AS CHAR)) AS BINARY), CAST(quote(CAST(`SIEBEL`.`S_CASE`.`PRICE` AS DECIMAL(38, 10))) AS BINARY), CAST(quote(CAST(`SIEBEL`.`S_CASE`.`DONE` AS SIGNED INTEGER)) AS BINARY), CAST(quote(CAST(`SIEBEL`.`S_CASE`.`AT` AS CHAR)) AS BINARY), CAST(quote(CAST(`SIEBEL`.`S_CASE`.`CODE` AS CHAR)) AS BINARY))), 15), 16, 10) AS SIGNED INTEGER), uuid_short() % 1152921504606846976) AS row_sum
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`PAR_ID` IS NOT NULL) AS each_row GROUP BY each_row.part;

-- keys of some parts
SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS `ROW_ID`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`PAR_ID` IS NOT NULL AND `SIEBEL`.`S_CASE`.`ROW_ID` IS NOT NULL AND abs(coalesce(CAST(conv(left(md5(concat_ws(',', CAST(quote(`SIEBEL`.`S_CASE`.`PAR_ID`) AS BINARY))), 15), 16, 10) AS SIGNED INTEGER), uuid_short() % 1152921504606846976) % 4096) IN (0, 17);

-- measured
SELECT `SIEBEL`.`S_CASE`.`PAR_ID` AS `PAR_ID`, CAST(count(*) AS SIGNED INTEGER) AS row_count, CAST(coalesce(sum(`SIEBEL`.`S_CASE`.`SEQ_NUM`), 0) AS SIGNED INTEGER) AS version_sum, CAST(max(`SIEBEL`.`S_CASE`.`CREATED`) AS CHAR) AS `CREATED`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`PAR_ID` >= ? AND `SIEBEL`.`S_CASE`.`PAR_ID` < ? AND (`SIEBEL`.`S_CASE`.`PAR_ID` IN (?) OR `SIEBEL`.`S_CASE`.`PAR_ID` IS NULL OR `SIEBEL`.`S_CASE`.`ROW_ID` IN (?)) AND `SIEBEL`.`S_CASE`.`ROW_ID` IS NOT NULL GROUP BY `SIEBEL`.`S_CASE`.`PAR_ID`;
-- 1 = '1-A'
-- 2 = '1-B'
-- 3 = "it's"
-- 4 = '1-A'

-- measured in another column's order, without a version
SELECT `SIEBEL`.`S_CASE`.`PAR_ID` AS `PAR_ID`, CAST(count(*) AS SIGNED INTEGER) AS row_count, CAST(0 AS SIGNED INTEGER) AS version_sum, CAST(max(`SIEBEL`.`S_CASE`.`CREATED`) AS CHAR) AS `CREATED`
FROM `SIEBEL`.`S_CASE`
WHERE (CAST(`SIEBEL`.`S_CASE`.`PAR_ID` AS CHAR CHARACTER SET other) COLLATE other) >= ? GROUP BY `SIEBEL`.`S_CASE`.`PAR_ID`;
-- 1 = '1-A'

-- without a pointer
SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS `ROW_ID`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`PAR_ID` IS NULL;

-- without a pointer, bounded
SELECT `SIEBEL`.`S_CASE`.`ROW_ID` AS `ROW_ID`
FROM `SIEBEL`.`S_CASE`
WHERE `SIEBEL`.`S_CASE`.`PAR_ID` IS NULL AND `SIEBEL`.`S_CASE`.`ROW_ID` >= ? AND `SIEBEL`.`S_CASE`.`ROW_ID` < ?;
-- 1 = '1-A'
-- 2 = '1-B'

-- end
ROLLBACK;
