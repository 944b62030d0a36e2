-- A small shop that takes passport photographs and hands in passport applications for its customers.
CREATE TABLE staff (
    staff_id    INTEGER PRIMARY KEY,
    login       VARCHAR(30) NOT NULL,
    family_name VARCHAR(60) NOT NULL,
    given_name  VARCHAR(60) NOT NULL,
    works_here  CHAR(1) NOT NULL,
    left_on     DATE
);
CREATE TABLE customers (
    customer_id INTEGER PRIMARY KEY,
    family_name VARCHAR(60),
    given_names VARCHAR(60),
    born        DATE,
    gender      VARCHAR(10),
    phone       VARCHAR(30),
    email       VARCHAR(80),
    newsletter  CHAR(1),
    is_test     CHAR(1) DEFAULT 'n',
    created     TIMESTAMP NOT NULL,
    updated     TIMESTAMP NOT NULL
);
CREATE TABLE orders (
    order_id    INTEGER PRIMARY KEY,
    order_no    VARCHAR(20) NOT NULL,
    customer_id INTEGER,
    taken_by    INTEGER,
    state       VARCHAR(12) NOT NULL,
    ordered     TIMESTAMP NOT NULL,
    remark      VARCHAR(200),
    updated     TIMESTAMP NOT NULL
);
CREATE TABLE order_lines (
    order_id    INTEGER NOT NULL,
    line_no     INTEGER NOT NULL,
    article     VARCHAR(20) NOT NULL,
    price       DECIMAL(9, 2) NOT NULL,
    currency    CHAR(3) NOT NULL,
    PRIMARY KEY (order_id, line_no)
);
CREATE TABLE payments (
    payment_id  INTEGER PRIMARY KEY,
    order_id    INTEGER NOT NULL,
    amount      DECIMAL(9, 2) NOT NULL,
    currency    CHAR(3) NOT NULL,
    method      VARCHAR(10) NOT NULL,
    paid        TIMESTAMP NOT NULL
);

INSERT INTO staff VALUES
    (1, 'mona',  'Hadley', 'Mona',  'y', NULL),
    (2, 'piotr', 'Wilk',   'Piotr', 'n', '2025-03-31');

INSERT INTO customers VALUES
    (101, 'Okafor',    'Adaeze',   '1988-02-14', 'f',     '+1 613 555 0101', 'adaeze@example.org', 'y', 'n', '2025-01-10 09:00:00', '2025-01-10 09:00:00'),
    (102, 'Lindqvist', 'Per Olof', '1971-11-30', 'm',     '613-555-0102',    NULL,                 'n', 'n', '2025-01-11 10:30:00', '2025-02-01 08:00:00'),
    (103, 'Suharto',   NULL,       '1990-07-01', 'm',     NULL,              'suharto@example.org', NULL, 'n', '2025-01-12 11:00:00', '2025-01-12 11:00:00'),
    (104, 'Tremblay',  'Zoé',      '2093-05-05', 'woman', '613-555-0104',    NULL,                 'y', 'n', '2025-01-13 12:00:00', '2025-01-13 12:00:00'),
    (105, 'Test',      'Test',     NULL,         NULL,    NULL,              NULL,                 NULL, 'y', '2025-01-14 13:00:00', '2025-01-14 13:00:00');

INSERT INTO orders VALUES
    (5001, 'P-2025-0001', 101, 1, 'done', '2025-02-03 14:05:00', NULL,               '2025-02-10 09:00:00'),
    (5002, 'P-2025-0002', 102, 2, 'open', '2025-02-04 15:10:00', 'collects himself', '2025-02-04 15:10:00'),
    (5003, 'P-2025-0003', 103, 7, 'open', '2025-02-05 16:15:00', NULL,               '2025-02-05 16:15:00'),
    (5004, 'P-2025-0004', 104, 1, 'open', '2025-02-06 17:20:00', NULL,               '2025-02-06 17:20:00');

INSERT INTO order_lines VALUES
    (5001, 1, 'photo',     19.90, 'CAD'),
    (5001, 2, 'passport', 160.00, 'CAD'),
    (5002, 1, 'passport', 160.00, 'CAD'),
    (5003, 1, 'photo',     19.90, 'CAD'),
    (5004, 1, 'photo',     19.90, 'CAD'),
    (5999, 1, 'photo',     19.90, 'CAD');

INSERT INTO payments VALUES
    (901, 5001, 179.90, 'CAD', 'card', '2025-02-03 14:06:00'),
    (902, 5002, 100.00, 'CAD', 'cash', '2025-02-04 15:11:00'),
    (903, 5002, -10.00, 'CAD', 'cash', '2025-02-05 09:00:00');
