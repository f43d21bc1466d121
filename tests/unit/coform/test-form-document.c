/* One form that two fill in: order, provenance, what only the applicant may, what a helper must not see. */
#include "form-document.h"

#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"
#include "form-check.h"
#include "problem.h"

#include "suite-main.h"

static const char form_text[] =
    "{\"code\":\"test\",\"version\":1,\"title_zh\":\"测试\",\"title_en\":\"Test\",\"items\":[\"*\"],"
    "\"schema\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":20},\"kind\":{\"type\":\"string\",\"enum\":[\"a\",\"b\"]},"
    "\"number\":{\"type\":\"string\",\"format\":\"cn-identity\",\"maxLength\":18},\"area\":{\"type\":\"number\",\"minimum\":1,\"maximum\":150},"
    "\"people\":{\"type\":\"array\",\"maxItems\":2,\"items\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}},\"required\":[\"name\"]}}},"
    "\"required\":[\"name\",\"kind\"],\"allOf\":[{\"if\":{},\"then\":{\"required\":[\"number\"]}}]},"
    "\"layout\":[{\"section\":\"one\",\"title_zh\":\"一\",\"title_en\":\"One\",\"fields\":["
    "{\"field\":\"name\",\"label_zh\":\"姓名\",\"label_en\":\"Name\",\"widget\":\"text\",\"prefill\":\"case.applicant\"},"
    "{\"field\":\"kind\",\"label_zh\":\"类\",\"label_en\":\"Kind\",\"widget\":\"choice\"},"
    "{\"field\":\"number\",\"label_zh\":\"号\",\"label_en\":\"No\",\"widget\":\"identity\",\"sensitive\":true,\"when\":{\"field\":\"kind\",\"is\":[\"a\"]}}]},"
    "{\"section\":\"two\",\"title_zh\":\"二\",\"title_en\":\"Two\",\"fields\":["
    "{\"field\":\"area\",\"label_zh\":\"面积\",\"label_en\":\"Area\",\"widget\":\"number\"},"
    "{\"field\":\"people\",\"label_zh\":\"人\",\"label_en\":\"People\",\"widget\":\"table\",\"fields\":[{\"field\":\"name\",\"label_zh\":\"名\",\"label_en\":\"Name\","
    "\"widget\":\"text\"}]}]}]}";

static const FormAuthor applicant = { "p-applicant", "王芳", TRUE };
static const FormAuthor helper = { "p-helper", "陈芳", FALSE };

static FormDocument *
new_document(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) json = bounded_json_parse(form_text, strlen(form_text), FORM_FILE_MAX, &error);
    g_autoptr(FormSchema) schema = json ? form_schema_new(json, &error) : NULL;

    ck_assert_msg(schema != NULL, "%s", error ? error->message : "");
    return form_document_new(schema, "0198a1b2-0000-7000-8000-000000000001");
}

static json_t *
patch_of(const char *text)
{
    json_t *patch = json_loads(text, 0, NULL);

    ck_assert_msg(patch != NULL, "%s", text);
    if (!json_object_get(patch, "source"))
        json_object_set_new(patch, "source", json_string("typed"));
    return patch;
}

static json_t *
applies(FormDocument *document, const FormAuthor *author, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) patch = patch_of(text);
    json_t *change = form_document_patch(document, patch, author, 1000, &error);

    ck_assert_msg(change != NULL, "%s: %s", text, error ? problem_entry(problem_of(error))->code : "");
    return change;
}

static void
is_refused(FormDocument *document, const FormAuthor *author, const char *text, Problem problem)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) patch = patch_of(text);
    gint64 before = form_document_revision(document);

    ck_assert_msg(!form_document_patch(document, patch, author, 1000, &error), "%s", text);
    ck_assert_str_eq(problem_entry(problem_of(error))->code, problem_entry(problem)->code);
    ck_assert_int_eq(form_document_revision(document), before);
}

#define does(document, author, text) json_decref(applies(document, author, text))

static const char *
text_at(const FormDocument *document, const char *path)
{
    return json_string_value(form_document_value(document, path));
}

START_TEST(both_type_in_one_field)
{
    g_autoptr(FormDocument) document = new_document();

    does(document, &applicant, "{\"patch\":\"1\",\"path\":\"name\",\"base\":0,\"text\":[\"王\"]}");
    does(document, &helper, "{\"patch\":\"2\",\"path\":\"name\",\"base\":1,\"text\":[1,\"芳\"]}");
    does(document, &applicant, "{\"patch\":\"3\",\"path\":\"name\",\"base\":1,\"text\":[1,\"小\"]}");
    /* Who came first stands first. */
    ck_assert_str_eq(text_at(document, "name"), "王芳小");
    /* The same patch again, after a break of the line, is not typed twice. */
    g_autoptr(json_t) repeated = applies(document, &applicant, "{\"patch\":\"3\",\"path\":\"name\",\"base\":1,\"text\":[1,\"小\"]}");
    ck_assert_str_eq(field_string(repeated, "kind"), "repeated");
    ck_assert_str_eq(text_at(document, "name"), "王芳小");
}
END_TEST

START_TEST(a_choice_on_an_old_one_is_shown_not_lost)
{
    g_autoptr(FormDocument) document = new_document();

    does(document, &helper, "{\"patch\":\"1\",\"path\":\"kind\",\"base\":0,\"value\":\"a\"}");
    is_refused(document, &applicant, "{\"patch\":\"2\",\"path\":\"kind\",\"base\":0,\"value\":\"b\"}", PROBLEM_FORM_CONFLICT);
    does(document, &applicant, "{\"patch\":\"3\",\"path\":\"kind\",\"base\":0,\"value\":\"a\"}");
    does(document, &applicant, "{\"patch\":\"4\",\"path\":\"kind\",\"base\":2,\"value\":\"b\"}");
    ck_assert_str_eq(text_at(document, "kind"), "b");
}
END_TEST

START_TEST(every_value_says_where_it_is_from)
{
    g_autoptr(FormDocument) document = new_document();
    g_autoptr(json_t) known = json_pack("{s:s}", "case.applicant", "王芳");
    json_t *name;

    form_document_prefill(document, known, 900);
    name = json_object_get(json_object_get(form_document_json(document), "fields"), "name");
    ck_assert_str_eq(field_string(name, "source"), "prefill");
    ck_assert_str_eq(field_string(name, "role"), "system");
    does(document, &helper, "{\"patch\":\"1\",\"path\":\"name\",\"base\":1,\"text\":[2,\"华\"],\"source\":\"speech\"}");
    ck_assert_str_eq(field_string(name, "source"), "speech");
    ck_assert_str_eq(field_string(name, "role"), "helper");
    ck_assert_str_eq(field_string(name, "by"), helper.id);
    ck_assert_str_eq(field_string(name, "name"), "陈芳");
    ck_assert_int_eq(field_integer(name, "at"), 1000);
}
END_TEST

START_TEST(what_is_private_does_not_reach_the_helper)
{
    g_autoptr(FormDocument) document = new_document();
    g_autoptr(json_t) change = applies(document, &applicant, "{\"patch\":\"1\",\"path\":\"number\",\"base\":0,\"text\":[\"110101199003078654\"]}");
    g_autoptr(json_t) told = form_document_change_for_helper(document, change);
    g_autoptr(json_t) view = form_document_view(document, FALSE);
    g_autoptr(json_t) own = form_document_view(document, TRUE);
    g_autofree char *words = json_dumps(told, 0), *all = json_dumps(view, 0), *mine = json_dumps(own, 0);

    ck_assert(!strstr(words, "1101") && !strstr(all, "1101") && strstr(mine, "110101199003078654"));
    ck_assert_int_eq(field_integer(json_object_get(json_object_get(view, "fields"), "number"), "masked"), 18);
    is_refused(document, &helper, "{\"patch\":\"2\",\"path\":\"number\",\"base\":1,\"text\":[\"x\"]}", PROBLEM_FORM_FIELD_HIDDEN);
    ck_assert(!form_document_show(document, "number", TRUE, &helper, 1, NULL));

    g_autoptr(json_t) shown = form_document_show(document, "number", TRUE, &applicant, 1, NULL);
    g_autoptr(json_t) seen = form_document_change_for_helper(document, shown);
    ck_assert_str_eq(field_string(json_object_get(seen, "entry"), "value"), "110101199003078654");
    does(document, &helper, "{\"patch\":\"3\",\"path\":\"number\",\"base\":1,\"text\":[17,\"X\",-1]}");

    g_autoptr(json_t) hidden = form_document_show(document, "number", FALSE, &applicant, 1, NULL);
    g_autoptr(json_t) gone = form_document_change_for_helper(document, hidden);
    ck_assert(!json_object_get(json_object_get(gone, "entry"), "value"));
}
END_TEST

static json_t *
confirm(FormDocument *document, const char *section, const FormAuthor *author, GError **error)
{
    return form_document_confirm(document, section, "tap", author, 2000, error);
}

START_TEST(only_the_applicant_confirms_signs_and_submits)
{
    g_autoptr(FormDocument) document = new_document();
    g_autoptr(GError) error = NULL;
    const char *still = "0198a1b2-0000-7000-8000-000000000002";

#define FAILS(call, wanted)                                                                                            \
    do {                                                                                                               \
        g_clear_error(&error);                                                                                         \
        ck_assert(!(call));                                                                                            \
        ck_assert_str_eq(problem_entry(problem_of(error))->code, problem_entry(wanted)->code);                         \
    } while (0)
#define WORKS(call)                                                                                                    \
    do {                                                                                                               \
        g_autoptr(json_t) done = (call);                                                                               \
        ck_assert(done != NULL);                                                                                       \
    } while (0)

    FAILS(form_document_sign(document, still, &applicant, 1, &error), PROBLEM_FORM_INCOMPLETE);
    does(document, &helper, "{\"patch\":\"1\",\"path\":\"name\",\"base\":0,\"text\":[\"王芳\"]}");
    does(document, &helper, "{\"patch\":\"2\",\"path\":\"kind\",\"base\":0,\"value\":\"a\"}");
    FAILS(form_document_sign(document, still, &applicant, 1, &error), PROBLEM_FORM_INCOMPLETE);
    /* The number is asked for with the one choice only. */
    does(document, &helper, "{\"patch\":\"3\",\"path\":\"kind\",\"base\":1,\"value\":\"b\"}");
    FAILS(form_document_sign(document, still, &applicant, 1, &error), PROBLEM_FORM_UNCONFIRMED);
    FAILS(confirm(document, "one", &helper, &error), PROBLEM_FORM_APPLICANT_ONLY);
    WORKS(confirm(document, "one", &applicant, &error));
    WORKS(confirm(document, "two", &applicant, &error));
    FAILS(form_document_submit(document, &applicant, 1, &error), PROBLEM_FORM_UNSIGNED);
    FAILS(form_document_sign(document, still, &helper, 1, &error), PROBLEM_FORM_APPLICANT_ONLY);
    WORKS(form_document_sign(document, still, &applicant, 1, &error));

    /* A change after it takes confirmation and signature back. */
    g_autoptr(json_t) change = applies(document, &helper, "{\"patch\":\"4\",\"path\":\"area\",\"base\":0,\"text\":[\"12\"]}");
    ck_assert_str_eq(field_string(change, "unconfirmed"), "two");
    ck_assert(field_boolean(change, "unsigned"));
    FAILS(form_document_submit(document, &applicant, 1, &error), PROBLEM_FORM_UNCONFIRMED);
    WORKS(confirm(document, "two", &applicant, &error));
    WORKS(form_document_sign(document, still, &applicant, 1, &error));
    FAILS(form_document_submit(document, &helper, 1, &error), PROBLEM_FORM_APPLICANT_ONLY);
    WORKS(form_document_submit(document, &applicant, 1, &error));
    is_refused(document, &applicant, "{\"patch\":\"5\",\"path\":\"area\",\"base\":1,\"text\":[\"1\"]}", PROBLEM_FORM_SUBMITTED);

    g_autoptr(json_t) instance = form_document_instance(document);
    ck_assert_int_eq(field_integer(instance, "area"), 12);
    ck_assert_str_eq(field_string(instance, "kind"), "b");
    ck_assert(!json_object_get(instance, "number"));
}
END_TEST

START_TEST(rows_come_and_go)
{
    g_autoptr(FormDocument) document = new_document();

    does(document, &applicant, "{\"patch\":\"1\",\"path\":\"people\",\"base\":0,\"add\":\"aaaaaaa1\",\"at\":0}");
    does(document, &helper, "{\"patch\":\"2\",\"path\":\"people\",\"base\":0,\"add\":\"aaaaaaa2\",\"at\":0}");
    is_refused(document, &helper, "{\"patch\":\"3\",\"path\":\"people\",\"base\":0,\"add\":\"aaaaaaa3\",\"at\":0}", PROBLEM_FORM_ROWS);
    does(document, &helper, "{\"patch\":\"4\",\"path\":\"people/aaaaaaa1/name\",\"base\":0,\"text\":[\"李\"]}");
    does(document, &helper, "{\"patch\":\"5\",\"path\":\"people\",\"base\":2,\"remove\":\"aaaaaaa1\"}");
    does(document, &applicant, "{\"patch\":\"6\",\"path\":\"people\",\"base\":2,\"add\":\"aaaaaaa1\",\"at\":0}");
    ck_assert_str_eq(text_at(document, "people/aaaaaaa1/name"), "李");
    is_refused(document, &helper, "{\"patch\":\"7\",\"path\":\"people/AAAAAAA1/name\",\"base\":0,\"text\":[\"李\"]}", PROBLEM_FORM_FIELD_UNKNOWN);
    is_refused(document, &helper, "{\"patch\":\"8\",\"path\":\"people/aaaaaaa1/\",\"base\":0,\"text\":[\"李\"]}", PROBLEM_FORM_FIELD_UNKNOWN);
    is_refused(document, &helper, "{\"patch\":\"9\",\"path\":\"../name\",\"base\":0,\"text\":[\"李\"]}", PROBLEM_FORM_FIELD_UNKNOWN);
}
END_TEST

START_TEST(comes_back_from_the_store)
{
    g_autoptr(FormDocument) before = new_document();
    g_autoptr(GError) error = NULL;

    does(before, &applicant, "{\"patch\":\"1\",\"path\":\"name\",\"base\":0,\"text\":[\"王\"]}");
    g_autoptr(json_t) copy = json_deep_copy(form_document_json(before));
    g_autoptr(FormDocument) after = form_document_from_json(form_document_schema(before), copy, &error);
    ck_assert(after != NULL);
    /* It knows which patches it has, but no longer what the edits were. */
    g_autoptr(json_t) repeated = applies(after, &applicant, "{\"patch\":\"1\",\"path\":\"name\",\"base\":0,\"text\":[\"王\"]}");
    ck_assert_str_eq(field_string(repeated, "kind"), "repeated");
    is_refused(after, &helper, "{\"patch\":\"2\",\"path\":\"name\",\"base\":0,\"text\":[\"x\"]}", PROBLEM_FORM_STALE);
    is_refused(after, &helper, "{\"patch\":\"2\",\"path\":\"name\",\"base\":9,\"text\":[\"x\"]}", PROBLEM_FORM_STALE);
    does(after, &helper, "{\"patch\":\"2\",\"path\":\"name\",\"base\":1,\"text\":[1,\"x\"]}");
}
END_TEST

START_TEST(a_newer_version_takes_over_what_still_has_a_place)
{
    static const char newer[] =
        "{\"code\":\"test\",\"version\":2,\"title_zh\":\"测试\",\"title_en\":\"Test\",\"items\":[\"*\"],"
        "\"schema\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":3},\"kind\":{\"type\":\"string\",\"enum\":[\"b\",\"c\"]},"
        "\"people\":{\"type\":\"array\",\"maxItems\":2,\"items\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}}}}}},"
        "\"layout\":[{\"section\":\"one\",\"title_zh\":\"一\",\"title_en\":\"One\",\"fields\":["
        "{\"field\":\"name\",\"label_zh\":\"姓名\",\"label_en\":\"Name\",\"widget\":\"text\"},"
        "{\"field\":\"kind\",\"label_zh\":\"类\",\"label_en\":\"Kind\",\"widget\":\"choice\"},"
        "{\"field\":\"people\",\"label_zh\":\"人\",\"label_en\":\"People\",\"widget\":\"table\",\"fields\":[{\"field\":\"name\",\"label_zh\":\"名\",\"label_en\":\"Name\","
        "\"widget\":\"text\"}]}]}]}";
    g_autoptr(FormDocument) before = new_document();
    g_autoptr(GError) error = NULL;

    does(before, &applicant, "{\"patch\":\"1\",\"path\":\"name\",\"base\":0,\"text\":[\"王芳\"]}");
    does(before, &applicant, "{\"patch\":\"2\",\"path\":\"kind\",\"base\":0,\"value\":\"a\"}");
    does(before, &applicant, "{\"patch\":\"3\",\"path\":\"number\",\"base\":0,\"text\":[\"11\"]}");
    does(before, &helper, "{\"patch\":\"4\",\"path\":\"people\",\"base\":0,\"add\":\"aaaaaaa1\",\"at\":0}");
    does(before, &helper, "{\"patch\":\"5\",\"path\":\"people/aaaaaaa1/name\",\"base\":0,\"text\":[\"李\"]}");
    json_decref(form_document_confirm(before, "one", "tap", &applicant, 1, &error));

    g_autoptr(json_t) json = bounded_json_parse(newer, strlen(newer), FORM_FILE_MAX, &error);
    g_autoptr(FormSchema) schema = json ? form_schema_new(json, &error) : NULL;
    ck_assert_msg(schema != NULL, "%s", error ? error->message : "");
    g_autoptr(FormDocument) after = form_document_new(schema, "0198a1b2-0000-7000-8000-000000000002");
    form_document_take_over(after, form_document_json(before));

    ck_assert_str_eq(text_at(after, "name"), "王芳");
    ck_assert_str_eq(text_at(after, "people/aaaaaaa1/name"), "李");
    /* "a" is no option any more, "number" has no place, and nobody has confirmed this version. */
    ck_assert(form_document_value(after, "kind") == NULL);
    ck_assert(form_document_value(after, "number") == NULL);
    ck_assert_uint_eq(json_object_size(json_object_get(form_document_json(after), "sections")), 0);
    /* A page that was cut off hears that its edit had arrived. */
    g_autoptr(json_t) repeated = applies(after, &applicant, "{\"patch\":\"1\",\"path\":\"name\",\"base\":0,\"text\":[\"王芳\"]}");
    ck_assert_str_eq(field_string(repeated, "kind"), "repeated");
    /* The two are two: what is written in one does not move the other. */
    does(after, &applicant, "{\"patch\":\"6\",\"path\":\"name\",\"base\":1,\"text\":[2,\"芳\"]}");
    ck_assert_str_eq(text_at(before, "name"), "王芳");
}
END_TEST

START_TEST(check_digits)
{
    ck_assert(form_is_identity_number("11010519491231002X"));
    ck_assert(!form_is_identity_number("110105194912310021"));
    ck_assert(!form_is_identity_number("110105194913310023"));
    ck_assert(form_is_credit_code("91350100M000100Y43"));
    ck_assert(!form_is_credit_code("91350100M000100Y44"));
    ck_assert(form_is_phone("13800138000") && form_is_phone("0797-3331234") && form_is_phone("02012345678"));
    ck_assert(!form_is_phone("1380013800") && !form_is_phone("12800138000") && !form_is_phone("abc"));
    ck_assert(form_is_bank_card("4111111111111111") && !form_is_bank_card("4111111111111112"));
    ck_assert(form_is_date("2024-02-29") && !form_is_date("2023-02-29") && !form_is_date("2023-2-9"));
}
END_TEST

SUITE_MAIN("form-document", both_type_in_one_field, a_choice_on_an_old_one_is_shown_not_lost, every_value_says_where_it_is_from, what_is_private_does_not_reach_the_helper, only_the_applicant_confirms_signs_and_submits, rows_come_and_go, comes_back_from_the_store, a_newer_version_takes_over_what_still_has_a_place, check_digits)
