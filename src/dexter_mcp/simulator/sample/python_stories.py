"""What goes wrong in Checkout, a Django shop, and in Reports, its Celery workers."""

from collections.abc import Iterator

from dexter_mcp.simulator.sample.frames import Tracer, excerpts, python
from dexter_mcp.simulator.sample.incidents import Incident, Logged, Raised, tell
from dexter_mcp.simulator.sample.settings import Setting, library, runtime
from dexter_mcp.simulator.story import Story

_COUNTRIES = {"NO": 34, "SE": 22, "DE": 18, "FI": 11, "DK": 9, "EE": 6}

CHECKOUT = Setting(
    project="checkout",
    platform="python",
    tracer=Tracer(excerpts("checkout"), python, with_vars=True),
    mechanism="django",
    sdk=library("sentry.python.django", "2.41.0"),
    contexts=runtime("CPython", "3.13.2"),
    crumbs=(
        "query: SELECT … FROM cart_cart WHERE session_key = %s LIMIT 1",
        "query: SELECT … FROM cart_line WHERE cart_id = %s ORDER BY position",
        "query: SELECT … FROM accounts_customer WHERE id = %s",
        "query: SELECT … FROM catalogue_price WHERE sku = %s AND currency = %s",
        "redis: GET 'price:MUG-0042:EUR'",
        "redis: GET 'session:…'",
        "http: GET https://rates.acme.test/v1/eur 200",
        "http: POST https://fraud.acme.test/v2/score 200",
        "shop.cart: cart priced again: 3 lines, 129.90 EUR",
        "shop.checkout: checkout entered step payment",
        "warning: price of TENT-3P-GRN came from the fallback list",
    ),
    vary={
        "country": _COUNTRIES,
        "server_name": {"checkout-7d9f6-4kx2p": 5, "checkout-7d9f6-9wq8z": 5, "checkout-7d9f6-t2m6c": 4},
        "payment_provider": {"nordpay": 52, "cardlink": 33, "kasse": 15},
    },
    pace=0.12,
    host="shop.acme.test",
    headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"},
    modules={"django": "5.2.7", "djangorestframework": "3.16.1", "psycopg": "3.2.10", "requests": "2.32.5", "redis": "6.4.0", "celery": "5.5.3"},
)

REPORTS = Setting(
    project="reports",
    platform="python",
    tracer=Tracer(excerpts("reports"), python, with_vars=True),
    mechanism="celery",
    sdk=library("sentry.python", "2.41.0"),
    contexts=runtime("CPython", "3.13.2"),
    crumbs=(
        "query: DECLARE export CURSOR FOR SELECT … FROM orders",
        "query: FETCH FORWARD 5000 FROM export",
        "query: COPY rollup_daily FROM STDIN",
        "http: GET https://lake.acme.test/events?list-type=2 200",
        "http: PUT https://lake.acme.test/exports/orders.xlsx 200",
        "celery: task received",
        "reports.tasks: started",
        "reports.lake: read 24 files, 1.8 GB",
        "warning: memory at 71 % of the limit",
    ),
    vary={
        "server_name": {"worker-heavy-0": 3, "worker-heavy-1": 3, "worker-default-0": 2},
        "tenant": {"fjord-outdoor": 6, "nordlys-home": 3, "kaffeklubben": 2, "acme-retail": 4},
    },
    pace=8,
    modules={"celery": "5.5.3", "pandas": "2.3.3", "pyarrow": "21.0.0", "psycopg": "3.2.10", "openpyxl": "3.1.5"},
    environments={"production": 96, "staging": 4},
    audience=0,
    task=True,
)

_PAY = "POST /api/orders/{order_id}/pay"
_WEBHOOK = "POST /webhooks/{provider}"

_CHECKOUT = (
    Incident(_PAY, Raised("shop.payments.errors.ProviderDown", "NordPay answered 503 to POST", "*django → PaymentView.post > authorize(order → PaymentService.authorize > provider.charge → NordPay.charge > _decode(reply → NordPay._decode > ProviderDown", {"reply": "<Response [503]>"}), ("http: POST https://api.nordpay.example/v3/charges 503",)),
    Incident(_PAY, Raised("requests.exceptions.ReadTimeout", "HTTPSConnectionPool(host='api.nordpay.example', port=443): Read timed out. (read timeout=8)", "*django → PaymentView.post > authorize(order → PaymentService.authorize > provider.charge → NordPay.charge > self.session.post → *requests", cause=Raised("urllib3.exceptions.ReadTimeoutError", "HTTPSConnectionPool(host='api.nordpay.example', port=443): Read timed out. (read timeout=8)", "*urllib3", cause=Raised("TimeoutError", "The read operation timed out", "*ssl"))), ("http: POST https://api.nordpay.example/v3/charges -",), tags={"payment_provider": "nordpay"}),
    Incident(_PAY, Raised("shop.payments.errors.CardDeclined", "Insufficient funds (code 51)", "*django → PaymentView.post > authorize(order → PaymentService.authorize > provider.charge → CardLink.charge > _translate → CardLink._translate > CardDeclined", {"code": "51"}), level="warning", tags={"payment_provider": "cardlink"}),
    Incident(_PAY, Raised("KeyError", "'ResponseCode'", "*django → PaymentView.post > authorize(order → PaymentService.authorize > provider.charge → CardLink.charge > _translate → CardLink._translate > ResponseCode", {"answer": {"Status": "'BUSY'", "RetryAfter": "'2'"}}), tags={"payment_provider": "cardlink"}),
    Incident(_PAY, Raised("ConnectionResetError", "[Errno 104] Connection reset by peer", "*django → PaymentView.post > authorize(order → PaymentService.authorize > provider.charge → CardLink.charge > link.begin"), tags={"payment_provider": "cardlink"}),
    Incident(_PAY, Raised("shop.orders.models.InvalidTransition", "order 58213 can't go from cancelled to confirmed", "*django → PaymentView.post > order.confirm → Order.confirm > _move_to → Order._move_to > InvalidTransition", {"state": "'confirmed'"})),
    Incident(_PAY, Raised("shop.orders.models.DoesNotExist", "Order matching query does not exist.", "*django → PaymentView.post > orders.get → *django-get")),
    Incident(_PAY, Raised("TypeError", "string indices must be integers, not 'str'", "*django → PaymentView.post > CardToken.from_json", {"card": "'[object Object]'"}), request={"data": {"card": "[object Object]"}}),
    Incident("POST /api/orders/{order_id}/capture", Raised("shop.payments.errors.CaptureDeclined", "kasse answered 'expired' for 57940-2", "*django → PaymentService.capture > CaptureDeclined", {"reply": {"state": "'expired'"}}), tags={"payment_provider": "kasse"}),
    Incident("POST /api/orders/{order_id}/capture", Raised("shop.payments.models.MultipleObjectsReturned", "get() returned more than one Payment -- it returned 2!", "*django → PaymentService.capture > order.payments.get → *django-get")),
    Incident("PATCH /api/cart", Raised("KeyError", "'LAMP-LED-07'", "*django → CartView.patch > cart.change( → Cart.change > self.lines[sku]", {"sku": "'LAMP-LED-07'"}), request={"data": {"lines": [{"sku": "LAMP-LED-07", "quantity": 1}]}}),
    Incident("PATCH /api/cart", Raised("ValueError", "invalid literal for int() with base 10: '1.5'", "*django → CartView.patch > int(change", {"change": {"sku": "'WOOL-YARN-M'", "quantity": "'1.5'"}}), request={"data": {"lines": [{"sku": "WOOL-YARN-M", "quantity": "1.5"}]}}),
    Incident("PATCH /api/cart", Raised("shop.cart.models.NotEnoughStock", "12 of TENT-3P-GRN wanted, 9 left", "*django → CartView.patch > cart.change( → Cart.change > NotEnoughStock", {"quantity": "12"}), level="info"),
    Incident("PATCH /api/cart", Raised("shop.catalogue.models.Price.DoesNotExist", "Price matching query does not exist.", "*django → CartView.patch > price_again → Cart.price_again > prices.price → PriceList.price > Price.objects.get → *django-get", {"sku": "'GIFT-CARD'", "currency": "'CHF'"})),
    Incident("PATCH /api/cart", Raised("decimal.InvalidOperation", "[<class 'decimal.ConversionSyntax'>]", "*django → CartView.patch > price_again → Cart.price_again > prices.price → PriceList.price > return Money.parse(cached → Money.parse > text.replace", {"text": "'1 299.00'", "currency": "'NOK'"})),
    Incident("PATCH /api/cart", Raised("shop.payments.money.CurrencyMismatch", "cannot add SEK to NOK", "*django → CartView.patch > price_again → Cart.price_again > total += → Money.__add__ > CurrencyMismatch", {"other": "Money(minor=4900, currency='SEK')"})),
    Incident("POST /api/cart/coupon", Raised("ZeroDivisionError", "division by zero", "*django → CouponView.post > discount_for → Coupon.discount_for > share =", {"eligible": "[]"}), request={"data": {"code": "SPRING10"}}),
    Incident("POST /api/cart/coupon", Raised("shop.cart.coupons.Coupon.DoesNotExist", "Coupon matching query does not exist.", "*django → CouponView.post > Coupon.objects.get → *django-get"), level="warning", request={"data": {"code": "WELCOME-2024"}}),
    Incident("POST /api/cart/coupon", Raised("AttributeError", "'NoneType' object has no attribute 'upper'", "*django → CouponView.post > .upper()"), request={"data": {"code": None}}),
    Incident("GET /api/orders", Raised("shop.shipping.models.Shipment.DoesNotExist", "Shipment matching query does not exist.", "*django → OrderHistoryView.get > OrderSerializer(page → *drf-serialize → OrderSerializer.get_delivery > shipments.latest", {"order": "<Order: 58661>"})),
    Incident("GET /api/orders", Raised("AttributeError", "'NoneType' object has no attribute 'isoformat'", "*django → OrderHistoryView.get > OrderSerializer(page → *drf-serialize → OrderSerializer.get_delivery > isoformat", {"shipment": "<Shipment: 771204 bring>"})),
    Incident("GET /api/orders", Raised("KeyError", "'helthjem'", "*django → OrderHistoryView.get > OrderSerializer(page → *drf-serialize → OrderSerializer.get_delivery > CARRIERS[", {"shipment": "<Shipment: 771988 helthjem>"})),
    Incident("GET /api/orders", Raised("django.db.utils.OperationalError", "canceling statement due to statement timeout", "*django → OrderHistoryView.get > paginate_queryset → *django-execute", cause=Raised("psycopg.errors.QueryCanceled", "canceling statement due to statement timeout", "*psycopg"))),
    Incident("GET /api/shipping/quotes", Raised("ValueError", "max() iterable argument is empty", "*django → ShippingQuoteView.get > cart.parcel() → Cart.parcel > longest = max", {"weight": "0"})),
    Incident("GET /api/shipping/quotes", Raised("KeyError", "'GL'", "*django → ShippingQuoteView.get > carriers.quotes → Carriers.quotes > self.zones[", {"address": "<Address: Imaneq 12, 3900 Nuuk>"}), tags={"country": "GL"}),
    Incident("GET /api/shipping/quotes", Raised("requests.exceptions.HTTPError", "502 Server Error: Bad Gateway for url: https://api.parcelpost.example/quotes?zone=NO-1", "*django → ShippingQuoteView.get > carriers.quotes → Carriers.quotes > sorted( → *threads → Carriers.quotes > pool.map → PostalCarrier.quote > raise_for_status"), ("http: GET https://api.parcelpost.example/quotes?zone=NO-1 502",)),
    Incident("GET /api/shipping/quotes", Raised("json.decoder.JSONDecodeError", "Expecting value: line 1 column 1 (char 0)", "*django → ShippingQuoteView.get > carriers.quotes → Carriers.quotes > sorted( → *threads → PostalCarrier.quote > reply.json() → *json", {"reply": "<Response [200]>"})),
    Incident(_WEBHOOK, Raised("KeyError", "'payment.dispute.opened'", "*django-plain → provider_webhook > HANDLERS[", {"event": {"type": "'payment.dispute.opened'", "reference": "'57940-2'"}})),
    Incident(_WEBHOOK, Raised("shop.checkout.webhooks.SignatureExpired", "signature is 1804 s old, at most 300 s are allowed", "*django-plain → provider_webhook > verify_signature → verify_signature > SignatureExpired", {"age": "1804.2"}), tags={"payment_provider": "kasse"}),
    Incident(_WEBHOOK, Raised("json.decoder.JSONDecodeError", "Extra data: line 2 column 1 (char 412)", "*django-plain → provider_webhook > parse_event → parse_event > json.loads → *json")),
    Incident(_WEBHOOK, Raised("shop.payments.models.Payment.DoesNotExist", "Payment matching query does not exist.", "*django-plain → provider_webhook > handler(event) → on_refund > select_for_update → *django-get", {"event": {"type": "'refund'", "reference": "'41002-1'"}})),
    Incident("GET /account/session", Raised("redis.exceptions.ConnectionError", "Error 111 connecting to redis-sessions:6379. Connection refused.", "*django-plain → SessionStore.load > self.redis.get → *redis", cause=Raised("ConnectionRefusedError", "[Errno 111] Connection refused", "*redis-connect"))),
    Incident("GET /account/session", Raised("django.core.signing.BadSignature", "Signature \"kX9v…\" does not match", "*django-plain → SessionStore.load > unsign(raw)", {"raw": "b'gASVJgAAAAAAAAB9…'"})),
    Incident("shop.orders.receipts.send_receipt", Raised("celery.exceptions.Retry", "Retry in 16s: SMTPServerDisconnected('Connection unexpectedly closed')", "*celery → send_receipt > self.retry", cause=Raised("smtplib.SMTPServerDisconnected", "Connection unexpectedly closed", "send_receipt > mail.send → *smtp")), level="warning"),
    Incident("shop.orders.receipts.send_receipt", Raised("jinja2.exceptions.UndefinedError", "'shop.orders.models.Order object' has no attribute 'gift_note'", "*celery → send_receipt > render_receipt( → render_receipt > template.render → *jinja")),
    Incident("shop.orders.receipts.send_receipt", Raised("jinja2.exceptions.TemplateNotFound", "receipt.et.html", "*celery → send_receipt > render_receipt( → render_receipt > get_template", {"language": "'et'"})),
    Incident("GET /api/tax", Raised("LookupError", "no VAT rate of CH for 2025-12-30", "*django → vat_rate > raise LookupError", {"country": "'CH'"})),
    Incident("GET /api/tax", Logged("shop.accounts.tax", "VAT rates of %s are %s days old, using them nevertheless", ("DK", "41")), level="warning"),
    Incident(_PAY, Logged("shop.payments.attempts", "Attempt %s was opened twice within %s ms", ("58213-1", "40")), level="warning"),
    Incident("PATCH /api/cart", Logged("shop.cart.pricing", "No price of %s in %s, falling back to EUR", ("GIFT-CARD", "CHF")), level="warning"),
)

_EXPORT = "reports.tasks.exports.export_orders"
_ROLL_UP = "reports.tasks.rollup.roll_up_day"
_INVOICES = "reports.tasks.invoices.nightly_invoices"
_DELIVER = "reports.tasks.invoices.deliver"

_REPORTS = (
    Incident(_EXPORT, Raised("billiard.exceptions.SoftTimeLimitExceeded", "SoftTimeLimitExceeded(900)", "*celery → export_orders > list(rows) → orders > fetchmany")),
    Incident(_EXPORT, Raised("ValueError", "Excel does not support datetimes with timezones. Please ensure that datetimes are timezone unaware", "*celery → export_orders > write_workbook → write_workbook > part.to_excel → *openpyxl")),
    Incident(_EXPORT, Raised("ValueError", "Maximum 31 characters allowed in sheet title", "*celery → export_orders > write_workbook → write_workbook > summary(frame) → *openpyxl")),
    Incident(_EXPORT, Raised("KeyError", "'vat'", "*celery → export_orders > frame[\"vat\"]", {"frame": "Empty DataFrame\nColumns: []\nIndex: []"})),
    Incident(_EXPORT, Raised("psycopg.OperationalError", "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.", "*celery → export_orders > list(rows) → orders > cursor.execute → *psycopg")),
    Incident(_ROLL_UP, Raised("pyarrow.lib.ArrowInvalid", "Schema at index 7 was different: quantity int32 vs int64", "*celery → roll_up_day > concat_tables", {"events": "[pyarrow.Table … 24 items]"})),
    Incident(_ROLL_UP, Raised("OSError", "Couldn't deserialize thrift: TProtocolException: Invalid data", "*celery → roll_up_day > list(lake.read → read > pq.read_table → *arrow", {"path": "'s3://lake/events/2026-02-11/17.parquet'"})),
    Incident(_ROLL_UP, Raised("psycopg.errors.UniqueViolation", "duplicate key value violates unique constraint \"rollup_daily_pkey\"\nDETAIL:  Key (day, tenant, sku, hour)=(2026-02-11, acme-retail, MUG-0042, 2) already exists.", "*celery → roll_up_day > warehouse.replace → replace > copy.write_row → *psycopg")),
    Incident("reports.tasks.rollup.reconcile", Raised("reports.tasks.rollup.Unreconciled", "nordpay: 412.50 NOK apart on 2026-02-10", "*celery → reconcile > raise Unreconciled", {"difference": "Decimal('412.50')", "provider": "'nordpay'"})),
    Incident("reports.tasks.rollup.reconcile", Raised("KeyError", "'kasse'", "*celery → reconcile > charged[provider]", {"charged": {"nordpay": "Decimal('88120.10')", "cardlink": "Decimal('40771.00')"}})),
    Incident("reports.tasks.rollup.reconcile", Raised("psycopg_pool.PoolTimeout", "couldn't get a connection after 30.00 sec", "*celery → reconcile > warehouse.settlements → settlements > pool.connection → *psycopg-pool")),
    Incident(_INVOICES, Raised("KeyError", "'billing'", "*celery → nightly_invoices > build_invoice( → build_invoice > addresses[", {"customer": "Customer(number='K-20981')"})),
    Incident(_INVOICES, Raised("TypeError", "'NoneType' object is not subscriptable", "*celery → nightly_invoices > build_invoice( → build_invoice > terms[", {"customer": "Customer(number='K-18830', terms=None)"})),
    Incident(_INVOICES, Raised("psycopg.errors.SerializationFailure", "could not serialize access due to concurrent update", "*celery → nightly_invoices > ledger.number → number > next_number → *psycopg")),
    Incident(_DELIVER, Raised("celery.exceptions.MaxRetriesExceededError", "Can't retry reports.tasks.invoices.deliver[6f1e…] args:('2026-004417',)", "*celery-retry → deliver > mailbox.send → send > smtplib.SMTP(", cause=Raised("TimeoutError", "timed out", "deliver > mailbox.send → send > smtplib.SMTP( → *smtp"))),
    Incident(_DELIVER, Raised("smtplib.SMTPRecipientsRefused", "{'ap@nordlys-home.example': (550, b'5.1.1 mailbox unavailable')}", "*celery-retry → deliver > mailbox.send → send > send_message → *smtp-send"), level="warning"),
    Incident(_DELIVER, Raised("pydantic_core.ValidationError", "2 validation errors for Invoice\naddress.postcode\n  Field required [type=missing]\naddress.city\n  Field required [type=missing]", "*celery → deliver > ledger.load → load > model_validate_json")),
    Incident("reports.tasks.rates.refresh_rates", Raised("requests.exceptions.HTTPError", "429 Client Error: Too Many Requests for url: https://rates.centralbank.example/latest", "*celery → refresh_rates > raise_for_status"), ("http: GET https://rates.centralbank.example/latest 429",)),
    Incident("reports.tasks.rates.refresh_rates", Raised("json.decoder.JSONDecodeError", "Expecting value: line 1 column 1 (char 0)", "*celery → refresh_rates > reply.json() → *json", {"reply": "<Response [200]>"})),
    Incident("reports.tasks.forecast.forecast_demand", Raised("ValueError", "zero-size array to reduction operation maximum which has no identity", "*celery → forecast_demand > Seasonal(", {"sku": "'MUG-0099'"})),
    Incident("reports.tasks.forecast.forecast_demand", Logged("reports.forecast", "Only %s of 104 weeks known for %s, forecast left out", ("31", "LAMP-LED-07")), level="warning"),
)


def stories() -> Iterator[Story]:
    """Tell all of them."""
    yield from (tell(CHECKOUT, incident) for incident in _CHECKOUT)
    yield from (tell(REPORTS, incident) for incident in _REPORTS)
