/* SPDX-License-Identifier: MIT */
/* The explorer's data: how maps are coded, and what stands in the page. */
#include "report_testing.h"

#include <cjson/cJSON.h>
#include <math.h>

#include "lesionbench/json.h"
#include "lesionbench/random.h"
#include "lesionbench/report.h"
#include "lesionbench/score.h"
#include "report/explorer.h"

enum { N = 400 };

/* Maps with a heavy tail, with ties, with a bright p-th pixel, of nothing. */
static void
make_map(float *map, int kind)
{
    lb_random random;
    lb_random_init(&random, 5, LB_PURPOSE_TEST, (uint64_t)kind);
    for (int i = 0; i < N; i++) {
        double value = lb_random_uniform(&random);
        map[i] = (float)(kind == 0   ? exp(12 * value)
                         : kind == 1 ? floor(4 * value)
                         : kind == 2 ? value + (value > 0.7)
                                     : 0);
    }
}

/* The pixels above the threshold are those that scoring takes, and no step goes down where the map
 * goes up. */
static void
codes_keep_the_answer(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        for (size_t p = 1; p < N; p += 37) {
            lb_error err;
            float map[N], truth[N] = {0}, scratch[N];
            double sorted[N];
            uint8_t codes[N];
            lb_localisation score;
            make_map(map, kind);
            for (size_t i = 0; i < p; i++) {
                truth[i * 7 % N] = 1;
            }
            assert_ok(lb_localise(&score, map, truth, N, scratch, &err));
            coded_map coded = explorer_code(codes, map, N, p, sorted);
            assert_true(coded.scale > 0);
            uint32_t hits = 0, misses = 0;
            for (size_t i = 0; i < N; i++) {
                hits += codes[i] > coded.threshold && truth[i] > 0;
                misses += codes[i] > coded.threshold && truth[i] == 0;
                for (size_t k = 0; k < N; k++) {
                    assert_true(map[i] <= map[k] || codes[i] >= codes[k]);
                }
                assert_true(codes[i] < LEVELS);
            }
            assert_int_equal(hits, score.tp);
            assert_int_equal(misses, score.fp);
        }
    }
}

static void
values_that_are_not_finite(void **state)
{
    (void)state;
    float map[N];
    double sorted[N];
    uint8_t codes[N];
    make_map(map, 2);
    map[3] = NAN;
    map[4] = INFINITY;
    map[5] = -1;
    coded_map coded = explorer_code(codes, map, N, 10, sorted);
    assert_true(isfinite(coded.scale) && coded.scale < 3);
    assert_int_equal(codes[3], 0);
    assert_int_equal(codes[4], 0);
    assert_int_equal(codes[5], 0);
}

static void
shrinking_keeps_the_greatest(void **state)
{
    (void)state;
    const uint8_t in[15] = {1, 2, 3, 4, 5, 0, 9, 0, 0, 0, 7, 0, 0, 8, 0};
    const uint8_t halved[6] = {9, 4, 5, 7, 8, 0};
    uint8_t out[15];
    explorer_shrink(out, in, 3, 5, 2);
    assert_memory_equal(out, halved, 6);
    explorer_shrink(out, in, 3, 5, 1);
    assert_memory_equal(out, in, 15);
}

static void
json_is_safe_in_a_script(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    lb_json_text(stream, "</script>\"\\&\x01 é", true);
    lb_json_number(stream, NAN, 6);
    lb_json_number(stream, 0.125, 6);
    lb_json_text(stream, "</p>\"\\&\n é", false);
    fclose(stream);
    assert_string_equal(text, "\"\\u003c/script\\u003e\\u0022\\u005c\\u0026\\u0001 é\"null0.125"
                              "\"</p>\\\"\\\\&\\u000a é\"");
    free(text);
}

static cJSON *
data_of(void **state)
{
    char *page = read_page(state);
    char *start = strstr(page, "id=\"explorer-data\">");
    assert_non_null(start);
    start += strlen("id=\"explorer-data\">");
    *strstr(start, "</script>") = '\0';
    cJSON *data = cJSON_Parse(start);
    assert_non_null(data);
    lb_free(page);
    return data;
}

static const cJSON *
member(const cJSON *object, const char *name, int index)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, name);
    return index < 0 ? list : cJSON_GetArrayItem(list, index);
}

static double
number(const cJSON *object, const char *name)
{
    const cJSON *item = member(object, name, -1);
    return cJSON_IsNumber(item) ? item->valuedouble : (double)NAN;
}

/* Two images and two files of eight maps, their scores where the table has them. */
static void
page_holds_the_maps(void **state)
{
    lb_error err;
    write_study(state);
    assert_ok(lb_report(*state, NULL, &err));
    cJSON *data = data_of(state);
    assert_int_equal(cJSON_GetArraySize(member(data, "colours", -1)), LEVELS);
    assert_int_equal(cJSON_GetArraySize(member(data, "conditions", -1)), 1);
    const cJSON *best = member(data, "conditions", 0);
    assert_int_equal(cJSON_GetArraySize(member(best, "images", -1)), 2);
    assert_int_equal(cJSON_GetArraySize(member(best, "models", -1)), 2);
    assert_int_equal(cJSON_GetArraySize(member(best, "entries", -1)), 4);
    assert_int_equal(cJSON_GetArraySize(member(best, "columns", -1)), 3); /* tpr tnr precision */
    const cJSON *image = member(best, "images", 1);
    assert_close(number(image, "index"), 3, 0, 0);
    assert_close(number(image, "label"), 1, 0, 0);
    assert_close(number(image, "lesions"), 3, 0, 0);
    assert_close(number(image, "truePixels"), 9, 0, 0);
    for (int e = 0; e < 4; e++) {
        const cJSON *entry = member(best, "entries", e);
        assert_int_equal(cJSON_GetArraySize(member(entry, "maps", -1)), METHODS);
        assert_true(isnan(number(entry, "predicted"))); /* there are no predictions */
        const cJSON *map = member(entry, "maps", 5);
        assert_close(number(map, "method"), 5, 0, 0);
        const cJSON *value = member(map, "v", 0);
        int at = (int)number(entry, "image");
        if (number(entry, "model") == 0) {
            assert_close(value->valuedouble, (5 + number(member(best, "images", at), "index")) / 10,
                         1e-6, 0);
        } else {
            assert_true(cJSON_IsNull(value)); /* the untrained network has no scores here */
        }
    }
    cJSON_Delete(data);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_keep_the_answer),
        cmocka_unit_test(values_that_are_not_finite),
        cmocka_unit_test(shrinking_keeps_the_greatest),
        cmocka_unit_test(json_is_safe_in_a_script),
        cmocka_unit_test_setup_teardown(page_holds_the_maps, test_setup, teardown),
    };
    return cmocka_run_group_tests_name("report explorer", tests, NULL, NULL);
}
