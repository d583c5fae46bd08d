"""What goes wrong in Inventory, a Spring Boot service."""

from collections.abc import Iterator
from dataclasses import replace

from dexter_mcp.simulator.sample.frames import Tracer, excerpts, jvm
from dexter_mcp.simulator.sample.incidents import Incident, Logged, Raised, tell
from dexter_mcp.simulator.sample.settings import Setting, library, runtime
from dexter_mcp.simulator.story import Story

INVENTORY = Setting(
    project="inventory",
    platform="java",
    tracer=Tracer(excerpts("inventory"), jvm),
    mechanism="Spring6ExceptionResolver",
    sdk=library("sentry.java.spring-boot.jakarta", "8.23.0"),
    contexts=runtime("OpenJDK Runtime Environment", "21.0.8"),
    crumbs=(
        "db.sql.query: select s.* from shelf s where s.sku = ? and s.warehouse_id = ?",
        "db.sql.query: update shelf set reserved = ? where id = ? and version = ?",
        "http: GET https://feeds.nordtextil.example/v2/articles.csv 200",
        "kafka: fetched 120 records of orders.placed-3",
        "t.a.i.stock.StockService: reservation kept for PT15M",
        "t.a.i.sync.SupplierSync: 4 suppliers active",
        "cache: evicted MUG-0042",
        "warning: HikariPool-1 - Thread starvation or clock leap detected",
    ),
    vary={
        "server_name": {"inventory-0": 4, "inventory-1": 4, "inventory-2": 3},
        "warehouse": {"OSL-1": 5, "GOT-2": 3, "HAM-1": 3, "TLL-1": 1},
    },
    pace=0.6,
    host="inventory.acme.test",
    headers={"User-Agent": "acme-gateway/3.7.0"},
    environments={"production": 88, "staging": 12},
    audience=0,
)

BACKGROUND = replace(INVENTORY, mechanism="UncaughtExceptionHandler", host="", pace=2.5)

_RESERVE = "POST /stock/{sku}/reservations"

_REQUESTS = (
    Incident(_RESERVE, Raised("java.lang.NullPointerException", "Cannot invoke \"Warehouse.id()\" because \"warehouse\" is null", "*spring → StockController:reserve > stock.reserve → *transactional → StockService:reserve > warehouse.id()")),
    Incident(_RESERVE, Raised("test.acme.inventory.stock.OutOfStockException", "TENT-3P-GRN: 4 wanted, 1 available", "*spring → StockController:reserve > stock.reserve → *transactional → StockService:reserve > OutOfStockException"), level="info"),
    Incident(_RESERVE, Raised("org.springframework.orm.ObjectOptimisticLockingFailureException", "Row was updated or deleted by another transaction : [Shelf#88123]", "*spring → StockController:reserve > stock.reserve → *transactional → *commit", cause=Raised("org.hibernate.StaleObjectStateException", "Row was updated or deleted by another transaction : [Shelf#88123]", "*commit"))),
    Incident(_RESERVE, Raised("org.springframework.transaction.CannotCreateTransactionException", "Could not open JPA EntityManager for transaction", "*spring → StockController:reserve > stock.reserve → *transactional", cause=Raised("org.hibernate.exception.JDBCConnectionException", "Unable to acquire JDBC Connection", "*hikari", cause=Raised("java.sql.SQLTransientConnectionException", "HikariPool-1 - Connection is not available, request timed out after 30000ms (total=20, active=20, idle=0, waiting=41)", "*hikari")))),
    Incident(_RESERVE, Raised("java.lang.ArithmeticException", "integer overflow", "*spring → StockController:reserve > stock.reserve → *transactional → StockService:reserve > shelf.take → take > addExact")),
    Incident("GET /stock", Raised("java.lang.IllegalStateException", "Duplicate key MUG-0042 (attempted merging values Shelf#1204 and Shelf#88123)", "*spring → StockController:levels > stock.levels → StockService:levels > toMap( → *collectors")),
    Incident("GET /stock", Raised("java.lang.NullPointerException", "element cannot be mapped to a null key", "*spring → StockController:levels > toList()")),
    Incident("POST /stocktakes", Raised("org.apache.poi.openxml4j.exceptions.NotOfficeXmlFileException", "No valid entries or contents found, this is not a valid OOXML (Office Open XML) file", "*spring → upload > new XSSFWorkbook → *poi")),
    Incident("POST /stocktakes", Raised("java.lang.NullPointerException", "Cannot invoke \"Sheet.rowIterator()\" because \"sheet\" is null", "*spring → upload > getSheet")),
    Incident("POST /picklists", Raised("java.util.ConcurrentModificationException", "", "*spring → build > for (var order → *arrays")),
    Incident("POST /picklists", Raised("java.lang.OutOfMemoryError", "Java heap space", "*spring → build > labels.render → render > new BufferedImage → *image"), level="fatal", tags={"warehouse": "OSL-1"}),
    Incident("POST /picklists", Raised("java.lang.IllegalArgumentException", "Comparison method violates its general contract!", "*spring → build > orders.sort")),
    Incident("GET /prices/{sku}", Raised("java.lang.ArithmeticException", "Non-terminating decimal expansion; no exact representable decimal result.", "*spring → evaluate > divide( → *decimal")),
    Incident("GET /prices/{sku}", Raised("java.lang.ClassCastException", "class test.acme.inventory.price.FixedRule cannot be cast to class test.acme.inventory.price.PercentRule", "*spring → evaluate > (PercentRule)")),
    Incident("GET /prices/{sku}", Raised("java.lang.StackOverflowError", "", "*spring → " + " → ".join(["evaluate > evaluate(article"] * 14))),
)

_JOBS = (
    Incident("SupplierSync.pull", Raised("test.acme.inventory.sync.FeedUnavailableException", "feeds.nordtextil.example answered 503", "*scheduled → pull > client.fetch → fetch > FeedUnavailableException"), ("http: GET https://feeds.nordtextil.example/v2/articles.csv 503",), tags={"supplier": "nordtextil"}),
    Incident("SupplierSync.pull", Raised("java.net.http.HttpTimeoutException", "request timed out", "*scheduled → pull > client.fetch → fetch > http.send → *httpclient"), tags={"supplier": "lumen-as"}),
    Incident("SupplierSync.pull", Raised("com.fasterxml.jackson.databind.exc.InvalidFormatException", "Cannot deserialize value of type `int` from String \"n/a\": not a valid `int` value", "*scheduled → pull > parser.parse → parse > readAll → *jackson"), tags={"supplier": "lumen-as"}),
    Incident("SupplierSync.pull", Raised("java.lang.NumberFormatException", "For input string: \"1.200\"", "*scheduled → pull > importer.run → *transactional → run > parseInt → *numbers"), tags={"supplier": "bergland"}),
    Incident("SupplierSync.pull", Raised("java.lang.NullPointerException", "Cannot invoke \"Article.price(java.math.BigDecimal)\" because \"article\" is null", "*scheduled → pull > importer.run → *transactional → run > article.price"), tags={"supplier": "nordtextil"}),
    Incident("OrderListener.onOrderPlaced", Raised("java.util.NoSuchElementException", "No value present", "*kafka → onOrderPlaced > allocator.allocate → allocate > orElseThrow → *optional"), tags={"topic": "orders.placed"}),
    Incident("OrderListener.onOrderPlaced", Raised("java.lang.ArrayIndexOutOfBoundsException", "Index 11 out of bounds for length 8", "*kafka → onOrderPlaced > allocator.allocate → allocate > slots[quantity"), tags={"topic": "orders.placed"}),
    Incident("ArticleIndex.reindex", Raised("org.hibernate.LazyInitializationException", "could not initialize proxy [test.acme.inventory.Supplier#31] - no Session", "*async → reindex > getName() → *hibernate-lazy")),
    Incident("ArticleIndex.reindex", Logged("test.acme.inventory.search.ArticleIndex", "Bulk of %s documents had %s failures", ("500", "3")), level="warning"),
    Incident("HealthContributor", Logged("com.zaxxer.hikari.pool.HikariPool", "HikariPool-1 - Connection leak detected for thread %s, stack trace follows", ("http-nio-8080-exec-7",)), level="warning"),
)


def stories() -> Iterator[Story]:
    """Tell all of them."""
    yield from (tell(INVENTORY, incident) for incident in _REQUESTS)
    yield from (tell(BACKGROUND, incident) for incident in _JOBS)
