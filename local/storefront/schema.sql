-- Money is in ten-thousandths of the order's currency, instants are Unix seconds: both exact.
-- AUTOINCREMENT because the API never hands out a deleted order's id again.

CREATE TABLE IF NOT EXISTS settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY,
    scopes TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    argument TEXT,
    path TEXT,
    remaining INTEGER
) STRICT;

CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL,
    email TEXT NOT NULL COLLATE NOCASE,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    shipped_at INTEGER,
    status_id INTEGER NOT NULL,
    is_deleted INTEGER NOT NULL,
    billing TEXT NOT NULL,
    delivery TEXT,
    currency TEXT NOT NULL,
    rate TEXT,
    tax_rate TEXT NOT NULL,
    prices_include_tax INTEGER NOT NULL,
    is_digital INTEGER NOT NULL,
    items_total INTEGER NOT NULL,
    subtotal_ex INTEGER NOT NULL,
    subtotal_inc INTEGER NOT NULL,
    subtotal_tax INTEGER NOT NULL,
    shipping_ex INTEGER NOT NULL,
    shipping_inc INTEGER NOT NULL,
    handling_ex INTEGER NOT NULL,
    handling_inc INTEGER NOT NULL,
    discount INTEGER NOT NULL,
    coupon_discount INTEGER NOT NULL,
    total_inc INTEGER NOT NULL,
    total_tax INTEGER NOT NULL,
    store_credit INTEGER NOT NULL,
    gift_certificate INTEGER NOT NULL,
    coupons TEXT NOT NULL,
    fees TEXT NOT NULL,
    channel_id INTEGER NOT NULL,
    order_source TEXT NOT NULL,
    external_source TEXT,
    external_id TEXT,
    external_merchant_id TEXT,
    external_order_id TEXT NOT NULL,
    cart_id TEXT NOT NULL,
    payment_method TEXT NOT NULL,
    payment_provider_id TEXT NOT NULL,
    payment_status TEXT,
    ip_address TEXT NOT NULL,
    staff_notes TEXT NOT NULL,
    customer_message TEXT NOT NULL,
    is_email_opt_in INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS orders_by_creation ON orders (created_at);
CREATE INDEX IF NOT EXISTS orders_by_change ON orders (modified_at);
CREATE INDEX IF NOT EXISTS orders_by_email ON orders (email);
CREATE INDEX IF NOT EXISTS orders_by_customer ON orders (customer_id);

CREATE TABLE IF NOT EXISTS order_lines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    sku TEXT NOT NULL,
    product_id INTEGER NOT NULL,
    variant_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    quantity_refunded INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL,
    parent_line_id INTEGER,
    in_consignment INTEGER NOT NULL,
    discountable INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    price_ex INTEGER NOT NULL,
    price_inc INTEGER NOT NULL,
    total_ex INTEGER NOT NULL,
    total_inc INTEGER NOT NULL,
    total_tax INTEGER NOT NULL,
    discounted_inc INTEGER NOT NULL,
    applied TEXT NOT NULL,
    options TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS order_lines_by_order ON order_lines (order_id, position);

CREATE TABLE IF NOT EXISTS refunds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    total_amount INTEGER NOT NULL,
    total_tax INTEGER NOT NULL,
    reason TEXT NOT NULL,
    items TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS refunds_by_order ON refunds (order_id);
CREATE INDEX IF NOT EXISTS refunds_by_creation ON refunds (created_at);

CREATE TABLE IF NOT EXISTS refund_payments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    refund_id INTEGER NOT NULL REFERENCES refunds (id) ON DELETE CASCADE,
    amount INTEGER NOT NULL,
    is_declined INTEGER NOT NULL,
    offline INTEGER NOT NULL,
    provider_id TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS refund_payments_by_refund ON refund_payments (refund_id);

CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    subject TEXT NOT NULL,
    message TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS customers (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL COLLATE NOCASE,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    company TEXT NOT NULL,
    phone TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    customer_group_id INTEGER NOT NULL,
    notes TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS subscribers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL COLLATE NOCASE,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    source TEXT NOT NULL,
    order_id INTEGER,
    channel_id INTEGER NOT NULL,
    consents TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS products (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sku TEXT NOT NULL,
    price INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    kind TEXT NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS categories (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE IF NOT EXISTS product_categories (
    product_id INTEGER NOT NULL,
    category_id INTEGER NOT NULL,
    PRIMARY KEY (product_id, category_id)
) STRICT;

CREATE TABLE IF NOT EXISTS channels (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    platform TEXT NOT NULL,
    status TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS sites (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel_id INTEGER NOT NULL UNIQUE,
    url TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS scripts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    token TEXT NOT NULL,
    channel_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    kind TEXT NOT NULL,
    html TEXT NOT NULL,
    src TEXT NOT NULL,
    load_method TEXT NOT NULL,
    location TEXT NOT NULL,
    visibility TEXT NOT NULL,
    consent_category TEXT NOT NULL,
    integrity_hashes TEXT NOT NULL,
    auto_uninstall INTEGER NOT NULL,
    enabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS currencies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL UNIQUE,
    rate TEXT NOT NULL,
    decimal_places INTEGER NOT NULL,
    is_default INTEGER NOT NULL,
    enabled INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS hooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token TEXT NOT NULL,
    scope TEXT NOT NULL,
    destination TEXT NOT NULL,
    headers TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hook_id INTEGER NOT NULL REFERENCES hooks (id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL
) STRICT;
