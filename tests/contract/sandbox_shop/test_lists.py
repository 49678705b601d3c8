from contract.sandbox_shop.stage import Json, Stage


def ids(stage: Stage, query: str) -> list[int]:
    """Return the order ids a list answers."""
    found: list[Json] = stage.call("GET", f"orders?{query}").get_json()
    return [order["id"] for order in found]


def test_a_page_past_the_end_counts_nothing(stage: Stage) -> None:
    """Past the end the list is empty and so is its total."""
    stage.mug()

    response = stage.call("GET", "orders?page=9")

    assert response.get_json() == []
    assert response.headers["X-WP-Total"] == "0"


def test_head_counts_without_a_body(stage: Stage) -> None:
    """HEAD on a list gives the total alone."""
    stage.mug()

    response = stage.call("HEAD", "orders")

    assert (response.headers["X-WP-Total"], response.data) == ("1", b"")


def test_modified_after_is_exclusive(stage: Stage) -> None:
    """An order changed in the second asked for is not found; a second earlier finds it."""
    order = stage.mug()
    at = order["date_modified_gmt"]
    earlier = at[:-2] + f"{int(at[-2:]) - 1:02d}"

    assert ids(stage, f"modified_after={at}&dates_are_gmt=true") == []
    assert ids(stage, f"modified_after={earlier}&dates_are_gmt=true") == [order["id"]]


def test_zones_are_converted_and_with_a_flag_twice(stage: Stage) -> None:
    """A naive value is shop time; `Z` is right alone, and an hour off with the flag."""
    order = stage.mug()
    just_before, local = "2026-11-23T00:42:41", "2026-11-23T01:42:41"

    assert ids(stage, f"modified_after={local}") == [order["id"]]
    assert ids(stage, f"modified_after={just_before}Z") == [order["id"]]
    assert ids(stage, f"modified_after={just_before}Z&dates_are_gmt=true") == []
    assert ids(stage, "modified_after=2026-11-23T01:42:41%2B01:00") == [order["id"]]


def test_any_leaves_out_trash_and_drafts(stage: Stage) -> None:
    """`any` is every order but those in the trash or not yet placed."""
    kept, trashed = stage.mug()["id"], stage.mug()["id"]
    stage.desk.new_order()
    stage.call("DELETE", f"orders/{trashed}")

    assert ids(stage, "") == [kept]
    assert ids(stage, "status=trash") == [trashed]
    assert ids(stage, "status=completed,processing") == [kept]


def test_unknown_filters_are_ignored(stage: Stage) -> None:
    """A filter WooCommerce does not know answers everything."""
    order_id = stage.mug(transaction_id="a")["id"]

    assert ids(stage, "transaction_id=b&meta_key=x") == [order_id]


def test_search_finds_people_products_and_transactions(stage: Stage) -> None:
    """Names, products and the transaction id are searched; SKU and order key are not."""
    order = stage.mug(billing={"last_name": "Öberg"}, transaction_id="klarna-7")

    for word in ("öberg", "Kaffekopp", "klarna-7", str(order["id"])):
        assert ids(stage, f"search={word}") == [order["id"]]
    for word in ("MUG-1", order["order_key"], "bacs"):
        assert ids(stage, f"search={word}") == []


def test_orders_sort_by_change_both_ways(stage: Stage) -> None:
    """`orderby=modified` with `order=asc` gives the longest unchanged first."""
    first, second = stage.mug()["id"], stage.mug()["id"]
    stage.later()
    stage.call("PUT", f"orders/{first}", {})

    assert ids(stage, "orderby=modified&order=asc") == [second, first]
    assert ids(stage, f"include={first},{second}&exclude={second}") == [first]


def test_fields_of_a_list_have_no_links_and_no_inside_of_lists(stage: Stage) -> None:
    """In a list links go unless asked for, and `line_items.id` makes the lines disappear."""
    stage.mug()

    found = stage.call("GET", "orders?_fields=id,line_items.id,billing.email").get_json()

    assert [list(order) for order in found] == [["id", "billing"]]


def test_orders_are_filtered_by_date_product_and_customer(stage: Stage) -> None:
    """The filters WooCommerce knows do what they say, and pages name each other."""
    mug = stage.mug(customer_id=7)["id"]
    stage.later(60)
    shirt = stage.mug(line_items=[{"product_id": 16, "quantity": 1}])["id"]
    after, before = "2026-11-23T00:43:00", "2026-11-23T00:43:00Z"

    assert ids(stage, f"after={after}&dates_are_gmt=1") == [shirt]
    assert ids(stage, f"before={before}") == [mug]
    assert ids(stage, f"modified_before={before}") == [mug]
    assert ids(stage, "product=16") == [shirt]
    assert ids(stage, "customer=7") == [mug]
    links = stage.call("GET", "orders?per_page=1&page=2").headers["Link"]
    assert 'rel="prev"' in links
    assert 'rel="next"' not in links


def test_a_form_and_an_override_write_as_well(stage: Stage) -> None:
    """A form-encoded body and `X-HTTP-Method-Override` do what PUT with JSON does."""
    order_id = stage.mug()["id"]
    auth = (stage.key.consumer_key, stage.key.consumer_secret)
    headers = {"X-HTTP-Method-Override": "PUT"}
    data = {"meta_data[0][key]": "a", "meta_data[0][value]": "1", "status": "completed"}

    path = f"/wp-json/wc/v3/orders/{order_id}"
    changed = stage.client.post(path, data=data, headers=headers, auth=auth).get_json()

    assert changed["status"] == "completed"
    assert [meta["key"] for meta in changed["meta_data"]] == ["a"]


def test_all_refunds_name_their_order(stage: Stage) -> None:
    """The list over all orders carries `parent_id`."""
    order_id = stage.mug()["id"]
    body = {"amount": "1.00", "api_refund": False}
    stage.call("POST", f"orders/{order_id}/refunds", body)

    found = stage.call("GET", "refunds").get_json()

    assert [refund["parent_id"] for refund in found] == [order_id]
    assert list(found[0])[:3] == ["id", "parent_id", "date_created"]


def test_a_variation_is_found_under_its_parent(stage: Stage) -> None:
    """Products and variations say what orders do not: virtual, stock, attributes."""
    shirt = stage.call("GET", "products/16").get_json()
    sizes = stage.call("GET", "products/27/variations").get_json()
    hours = stage.call("GET", "products?sku=TIM-1").get_json()
    small = stage.call("GET", "products/27/variations/28").get_json()

    assert (shirt["manage_stock"], shirt["stock_quantity"]) == (True, 978)
    assert [size["sku"] for size in sizes] == ["HOOD-S", "HOOD-M", ""]
    assert [product["virtual"] for product in hours] == [True]
    assert small["attributes"] == [{"name": "Storlek", "option": "S"}]


def test_a_currency_has_a_name_and_a_sign(stage: Stage) -> None:
    """`data/currencies/current` is the shop's, and an unknown one is a 404."""
    current = stage.call("GET", "data/currencies/current").get_json()

    assert (current["code"], current["name"], current["symbol"]) == (
        "SEK",
        "Swedish krona",
        "kr",
    )
    assert stage.call("GET", "data/currencies/XXX").status_code == 404


def test_a_gateway_setting_is_written_from_outside(stage: Stage) -> None:
    """Writing `no` to a setting of the reference plugin sticks, unknown ones do not."""
    body = {"settings": {"kom_auto_capture": "no", "x": "y"}}
    without = stage.call("GET", "payment_gateways/klarna_payments").get_json()
    stage.books.change_settings(kom_active=True)

    answer = stage.call("PUT", "payment_gateways/klarna_payments", body).get_json()

    assert answer["settings"]["kom_auto_capture"]["value"] == "no"
    assert "x" not in answer["settings"]
    assert without["settings"] == {}
