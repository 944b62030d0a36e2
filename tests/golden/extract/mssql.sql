-- every connection
SET LOCK_TIMEOUT 10000;

-- every connection
SET DATEFORMAT ymd;

-- every connection
SET QUOTED_IDENTIFIER ON;

-- every connection
SET ANSI_NULLS ON;

-- every connection
SET TEXTSIZE -1;

-- examine
SELECT CONVERT(NVARCHAR(128), SERVERPROPERTY('ProductVersion'));

-- examine
SELECT SYSUTCDATETIME();

-- examine
SELECT CONVERT(NVARCHAR(128), DATABASEPROPERTYEX(DB_NAME(), 'Collation'));

-- examine
SELECT COUNT(*) FROM (SELECT QUOTENAME(SCHEMA_NAME(schema_id)) + '.' + QUOTENAME(name) AS name FROM sys.tables) AS t WHERE HAS_PERMS_BY_NAME(t.name, 'OBJECT', 'INSERT') = 1 OR HAS_PERMS_BY_NAME(t.name, 'OBJECT', 'UPDATE') = 1 OR HAS_PERMS_BY_NAME(t.name, 'OBJECT', 'DELETE') = 1;

-- examine
SELECT table_name, column_name, collation_name FROM information_schema.columns WHERE table_schema = COALESCE(:schema, SCHEMA_NAME()) AND collation_name IS NOT NULL;

-- examine
SELECT t.name, MIN(c.name) FROM sys.indexes AS i JOIN sys.tables AS t ON t.object_id = i.object_id JOIN sys.index_columns AS p ON p.object_id = i.object_id AND p.index_id = i.index_id AND p.key_ordinal > 0 JOIN sys.columns AS c ON c.object_id = p.object_id AND c.column_id = p.column_id WHERE i.is_unique = 1 AND i.has_filter = 0 AND i.is_disabled = 0 AND SCHEMA_NAME(t.schema_id) = COALESCE(:schema, SCHEMA_NAME()) GROUP BY t.name, i.index_id HAVING COUNT(*) = 1;

-- examine
SELECT CONVERT(NVARCHAR(128), DATABASEPROPERTYEX(DB_NAME(), 'Collation'));

-- count
SELECT count(*) AS count_1
FROM [SIEBEL].[S_CASE];

-- filled
SELECT 0 AS position
FROM (SELECT TOP 1 1 AS one
FROM [SIEBEL].[S_CASE]) AS anon_1 UNION ALL SELECT 1 AS position
FROM (SELECT TOP 1 1 AS one
FROM [SIEBEL].[S_CASE]) AS anon_2;

-- boundaries
SELECT numbered.border
FROM (SELECT [SIEBEL].[S_CASE].[ROW_ID] AS border, row_number() OVER (ORDER BY [SIEBEL].[S_CASE].[ROW_ID]) AS position
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[ROW_ID] IS NOT NULL) AS numbered
WHERE numbered.position > ? AND (numbered.position - 1) % 25000 = 0 ORDER BY numbered.position;
-- 1 = 1

-- boundaries of rows without a pointer
SELECT numbered.border
FROM (SELECT [SIEBEL].[S_CASE].[ROW_ID] AS border, row_number() OVER (ORDER BY [SIEBEL].[S_CASE].[ROW_ID]) AS position
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[ROW_ID] IS NOT NULL AND [SIEBEL].[S_CASE].[PAR_ID] IS NULL) AS numbered
WHERE numbered.position > ? AND (numbered.position - 1) % 25000 = 0 ORDER BY numbered.position;
-- 1 = 1

-- rights
SELECT 1
FROM [SIEBEL].[S_CASE]
WHERE 1 = 0 UNION ALL SELECT 1
FROM [SIEBEL].[S_CASE]
WHERE 1 = 0;

-- count, narrowed
SELECT count(*) AS count_1
FROM [SIEBEL].[S_CASE]
WHERE ([SIEBEL].[S_CASE].[PAR_ID] IN (?) OR [SIEBEL].[S_CASE].[PAR_ID] IS NULL OR [SIEBEL].[S_CASE].[ROW_ID] IN (?)) AND [SIEBEL].[S_CASE].[ROW_ID] IS NOT NULL;
-- 1 = "it's"
-- 2 = '1-A'

-- boundaries, narrowed
SELECT numbered.border
FROM (SELECT [SIEBEL].[S_CASE].[ROW_ID] AS border, row_number() OVER (ORDER BY [SIEBEL].[S_CASE].[ROW_ID]) AS position
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[ROW_ID] IS NOT NULL AND ([SIEBEL].[S_CASE].[PAR_ID] IN (?) OR [SIEBEL].[S_CASE].[PAR_ID] IS NULL OR [SIEBEL].[S_CASE].[ROW_ID] IN (?)) AND [SIEBEL].[S_CASE].[ROW_ID] IS NOT NULL) AS numbered
WHERE numbered.position > ? AND (numbered.position - 1) % 25000 = 0 ORDER BY numbered.position;
-- 1 = "it's"
-- 2 = '1-A'
-- 3 = 1

-- begin
SET TRANSACTION ISOLATION LEVEL SNAPSHOT;

-- begin
BEGIN TRANSACTION;

-- begin
SELECT COUNT(*) FROM sys.schemas;

-- range
SELECT [SIEBEL].[S_CASE].[ROW_ID] AS [ROW_ID], [SIEBEL].[S_CASE].[PAR_ID] AS [PAR_ID], [SIEBEL].[S_CASE].[SEQ_NUM] AS [SEQ_NUM], [SIEBEL].[S_CASE].[AMT] AS [AMT], [SIEBEL].[S_CASE].[CREATED] AS [CREATED], [SIEBEL].[S_CASE].[LAST_UPD] AS [LAST_UPD], CAST([SIEBEL].[S_CASE].[PRICE] AS NUMERIC(19, 4)) AS [PRICE], CAST([SIEBEL].[S_CASE].[DONE] AS INTEGER) AS [DONE], CAST(SWITCHOFFSET([SIEBEL].[S_CASE].[AT], '+00:00') AS DATETIME2) AS [AT], CAST([SIEBEL].[S_CASE].[CODE] AS NVARCHAR(4000)) AS [CODE]
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[ROW_ID] >= ? AND [SIEBEL].[S_CASE].[ROW_ID] < ?;
-- 1 = '1-A'
-- 2 = '1-B'

-- first range
SELECT [SIEBEL].[S_CASE].[ROW_ID] AS [ROW_ID]
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[ROW_ID] < ?;
-- 1 = '1-B'

-- last range
SELECT [SIEBEL].[S_CASE].[ROW_ID] AS [ROW_ID]
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[ROW_ID] >= ?;
-- 1 = '1-A'

-- narrowed range
SELECT [SIEBEL].[S_CASE].[ROW_ID] AS [ROW_ID]
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[ROW_ID] >= ? AND ([SIEBEL].[S_CASE].[PAR_ID] IN (?) OR [SIEBEL].[S_CASE].[PAR_ID] IS NULL OR [SIEBEL].[S_CASE].[ROW_ID] IN (?)) AND [SIEBEL].[S_CASE].[ROW_ID] IS NOT NULL;
-- 1 = '1-A'
-- 2 = "it's"
-- 3 = '1-A'

-- one range over everything
SELECT [SIEBEL].[S_CASE].[ROW_ID] AS [ROW_ID]
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[ROW_ID] IS NOT NULL;

-- range of a number
SELECT [SIEBEL].[S_CASE].[ROW_ID] AS [ROW_ID]
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[SEQ_NUM] >= CAST(? AS BIGINT) AND [SIEBEL].[S_CASE].[SEQ_NUM] < CAST(? AS BIGINT);
-- 1 = 1
-- 2 = 9007199254740993

-- range in another column's order
SELECT [SIEBEL].[S_CASE].[ROW_ID] AS [ROW_ID]
FROM [SIEBEL].[S_CASE]
WHERE ([SIEBEL].[S_CASE].[PAR_ID] COLLATE other) >= ?;
-- 1 = '1-A'

-- keys
SELECT [SIEBEL].[S_CASE].[ROW_ID] AS [ROW_ID]
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[PAR_ID] IN (?, ?);
-- 1 = '1-A'
-- 2 = "it's"

-- keys that are numbers
SELECT [SIEBEL].[S_CASE].[ROW_ID] AS [ROW_ID]
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[SEQ_NUM] IN (1, 9007199254740993);

-- keys that are decimals
SELECT [SIEBEL].[S_CASE].[ROW_ID] AS [ROW_ID]
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[AMT] IN (1.5);

-- keys, narrowed
SELECT [SIEBEL].[S_CASE].[ROW_ID] AS [ROW_ID]
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[PAR_ID] IN (?) AND ([SIEBEL].[S_CASE].[PAR_ID] IN (?) OR [SIEBEL].[S_CASE].[PAR_ID] IS NULL OR [SIEBEL].[S_CASE].[ROW_ID] IN (?)) AND [SIEBEL].[S_CASE].[ROW_ID] IS NOT NULL;
-- 1 = '1-A'
-- 2 = "it's"
-- 3 = '1-A'

-- changed
SELECT DISTINCT [SIEBEL].[S_CASE].[PAR_ID] AS [PAR_ID]
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[CREATED] >= CAST(? AS DATETIME) AND [SIEBEL].[S_CASE].[PAR_ID] IS NOT NULL;
-- 1 = '2026-01-31 23:59:58'

-- changed by one stamp or another
SELECT DISTINCT [SIEBEL].[S_CASE].[PAR_ID] AS [PAR_ID]
FROM [SIEBEL].[S_CASE]
WHERE ([SIEBEL].[S_CASE].[CREATED] >= CAST(? AS DATETIME) OR [SIEBEL].[S_CASE].[LAST_UPD] >= CAST(? AS DATETIME)) AND [SIEBEL].[S_CASE].[PAR_ID] IS NOT NULL;
-- 1 = '2026-01-31 23:59:58'
-- 2 = '2026-01-31 23:59:58'

-- checksums
SELECT CAST(each_row.part AS BIGINT) AS part, CAST(count(*) AS BIGINT) AS row_count, CAST(sum(each_row.row_sum) AS VARCHAR(40)) AS row_sum
FROM (SELECT abs(CAST(CAST(substring(hashbytes('MD5', concat(CAST(N'' AS NVARCHAR(max)), datalength([SIEBEL].[S_CASE].[PAR_ID]), N':', [SIEBEL].[S_CASE].[PAR_ID])), 1, 7) AS BIGINT) AS NUMERIC(38, 0)) % 4096) AS part, CAST(CAST(substring(hashbytes('MD5', concat(CAST(N'' AS NVARCHAR(max)), datalength([SIEBEL].[S_CASE].[ROW_ID]), N':', [SIEBEL].[S_CASE].[ROW_ID], datalength([SIEBEL].[S_CASE].[PAR_ID]), N':', [SIEBEL].[S_CASE].[PAR_ID], datalength([SIEBEL].[S_CASE].[SEQ_NUM]), N':', [SIEBEL].[S_CASE].[SEQ_NUM], datalength([SIEBEL].[S_CASE].[AMT]), N':', [SIEBEL].[S_CASE].[AMT], datalength(convert(NVARCHAR(40), [SIEBEL].[S_CASE].[CREATED], 121)), N':', convert(NVARCHAR(40), [SIEBEL].[S_CASE].[CREATED], 121), datalength(convert(NVARCHAR(40), [SIEBEL].[S_CASE].[LAST_UPD], 121)), N':', convert(NVARCHAR(40), [SIEBEL].[S_CASE].[LAST_UPD], 121), datalength(CAST([SIEBEL].[S_CASE].[PRICE] AS NUMERIC(19, 4))), N':', CAST([SIEBEL].[S_CASE].[PRICE] AS NUMERIC(19, 4)), datalength(CAST([SIEBEL].[S_CASE].[DONE] AS INTEGER)), N':', CAST([SIEBEL].[S_CASE].[DONE] AS INTEGER), datalength(convert(NVARCHAR(40), CAST(SWITCHOFFSET([SIEBEL].[S_CASE].[AT], '+00:00') AS DATETIME2), 121)), N':', convert(NVARCHAR(40), CAST(SWITCHOFFSET([SIEBEL].[S_CASE].[AT], '+00:00') AS DATETIME2), 121), datalength(CAST([SIEBEL].[S_CASE].[CODE] AS NVARCHAR(4000))), N':', CAST([SIEBEL].[S_CASE].[CODE] AS NVARCHAR(4000)))), 1, 7) AS BIGINT) AS NUMERIC(38, 0)) AS row_sum
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[PAR_ID] IS NOT NULL) AS each_row GROUP BY each_row.part;

-- keys of some parts
SELECT [SIEBEL].[S_CASE].[ROW_ID] AS [ROW_ID]
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[PAR_ID] IS NOT NULL AND [SIEBEL].[S_CASE].[ROW_ID] IS NOT NULL AND abs(CAST(CAST(substring(hashbytes('MD5', concat(CAST(N'' AS NVARCHAR(max)), datalength([SIEBEL].[S_CASE].[PAR_ID]), N':', [SIEBEL].[S_CASE].[PAR_ID])), 1, 7) AS BIGINT) AS NUMERIC(38, 0)) % 4096) IN (0, 17);

-- measured
SELECT [SIEBEL].[S_CASE].[PAR_ID] AS [PAR_ID], CAST(count(*) AS BIGINT) AS row_count, CAST(coalesce(sum([SIEBEL].[S_CASE].[SEQ_NUM]), 0) AS BIGINT) AS version_sum, max([SIEBEL].[S_CASE].[CREATED]) AS [CREATED]
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[PAR_ID] >= ? AND [SIEBEL].[S_CASE].[PAR_ID] < ? AND ([SIEBEL].[S_CASE].[PAR_ID] IN (?) OR [SIEBEL].[S_CASE].[PAR_ID] IS NULL OR [SIEBEL].[S_CASE].[ROW_ID] IN (?)) AND [SIEBEL].[S_CASE].[ROW_ID] IS NOT NULL GROUP BY [SIEBEL].[S_CASE].[PAR_ID];
-- 1 = '1-A'
-- 2 = '1-B'
-- 3 = "it's"
-- 4 = '1-A'

-- measured in another column's order, without a version
SELECT [SIEBEL].[S_CASE].[PAR_ID] AS [PAR_ID], CAST(count(*) AS BIGINT) AS row_count, CAST(0 AS BIGINT) AS version_sum, max([SIEBEL].[S_CASE].[CREATED]) AS [CREATED]
FROM [SIEBEL].[S_CASE]
WHERE ([SIEBEL].[S_CASE].[PAR_ID] COLLATE other) >= ? GROUP BY [SIEBEL].[S_CASE].[PAR_ID];
-- 1 = '1-A'

-- without a pointer
SELECT [SIEBEL].[S_CASE].[ROW_ID] AS [ROW_ID]
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[PAR_ID] IS NULL;

-- without a pointer, bounded
SELECT [SIEBEL].[S_CASE].[ROW_ID] AS [ROW_ID]
FROM [SIEBEL].[S_CASE]
WHERE [SIEBEL].[S_CASE].[PAR_ID] IS NULL AND [SIEBEL].[S_CASE].[ROW_ID] >= ? AND [SIEBEL].[S_CASE].[ROW_ID] < ?;
-- 1 = '1-A'
-- 2 = '1-B'

-- end
ROLLBACK TRANSACTION;
