/* SPDX-License-Identifier: MIT */
/* What the tables of methods and metrics say, against the rules for methods of others, the page's
 * titles, and the tables in docs/methods.md and docs/scores.md. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io_testing.h"

#include "lesionbench/method.h"
#include "lesionbench/metrics.h"
#include "lesionbench/settings.h"
#include "report/folder.h"

/* A file of the repository, as text (free it). */
static char *
read_text(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", LB_SOURCE, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    assert_int_equal(fseek(file, 0, SEEK_SET), 0);
    char *text = calloc((size_t)size + 1, 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
    fclose(file);
    return text;
}

/* Whether the text has the line, which ends there. */
static bool
has_line(const char *text, const char *line)
{
    const char *at = strstr(text, line);
    return at != NULL && (at == text || at[-1] == '\n') && at[strlen(line)] == '\n';
}

/* Rows of the tables between a heading and the next. */
static size_t
count_rows(const char *text, const char *heading)
{
    size_t count = 0;
    const char *at = strstr(text, heading);
    assert_non_null(at);
    const char *end = strstr(at + strlen(heading), "\n## ");
    while ((at = strstr(at, "\n| `")) != NULL && (end == NULL || at < end)) {
        count++;
        at++;
    }
    return count;
}

static void
say_needs(char out[128], unsigned needs)
{
    static const struct {
        unsigned need;
        const char *word;
    } WORDS[] = {{LB_NEEDS_FORWARD, "forward"},       {LB_NEEDS_PATH, "path"},
                 {LB_NEEDS_REFERENCE, "reference"},   {LB_NEEDS_PREACTIVATION, "preactivation"},
                 {LB_NEEDS_BACKGROUND, "background"}, {LB_NEEDS_COPIES, "copies"}};
    snprintf(out, 128, "%s", needs == 0 ? "the image" : "");
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        if ((needs & WORDS[i].need) != 0) {
            size_t used = strlen(out);
            snprintf(out + used, 128 - used, "%s%s", used > 0 ? ", " : "", WORDS[i].word);
        }
    }
}

/* The row of docs/methods.md. */
static void
say_method(char out[1024], const lb_method *method)
{
    char needs[128];
    say_needs(needs, method->needs);
    size_t used =
        (size_t)snprintf(out, 1024, "| `%s` | %s | %s |", method->name, method->title, needs);
    const char *const *key = lb_method_settings(method);
    for (size_t k = 0; key[k] != NULL; k++) {
        used += (size_t)snprintf(out + used, 1024 - used, " `%s`", key[k]);
    }
    snprintf(out + used, 1024 - used, " | %s |", method->source);
}

static void
methods_are_documented(void **state)
{
    char line[1024];
    char *text = read_text("docs/methods.md");
    size_t missing = 0, count = 0;
    const lb_method *method = NULL;
    (void)state;
    for (; (method = lb_method_at(count)) != NULL; count++) {
        say_method(line, method);
        if (!has_line(text, line)) {
            print_message("docs/methods.md lacks this row:\n%s\n", line);
            missing++;
        }
    }
    assert_int_equal(missing, 0);
    assert_int_equal(count_rows(text, "\n## All methods"), count);
    free(text);
}

/* Each setting of explain has its default in docs/methods.md. */
static void
settings_are_documented(void **state)
{
    char *text = read_text("docs/methods.md");
    lb_setting_table table = lb_explain_settings();
    lb_explain_options options;
    size_t missing = 0;
    (void)state;
    lb_explain_defaults(&options);
    for (size_t s = 0; s < table.count; s++) {
        char line[256];
        lb_error err;
        char *value = lb_setting_print(&options, &table.settings[s], &err);
        assert_non_null(value);
        double number = 0;
        lb_error none;
        if (lb_parse_real(&number, value, -HUGE_VAL, HUGE_VAL, &none) == LB_OK) {
            lb_free(value);
            value = lb_format(&err, "%g", number);
            assert_non_null(value);
        }
        snprintf(line, sizeof line, "| `%s` | %s |", table.settings[s].key, value);
        if (strstr(text, line) == NULL) {
            print_message("docs/methods.md lacks a row that begins: %s\n", line);
            missing++;
        }
        lb_free(value);
    }
    assert_int_equal(missing, 0);
    free(text);
}

static void
metrics_are_documented(void **state)
{
    static const char *const DIRECTIONS[] = {"higher", "lower", "neither"};
    char *text = read_text("docs/scores.md");
    const lb_metric *metric = NULL;
    const lb_prediction_metric *of_predictions = NULL;
    size_t missing = 0;
    char line[512];
    (void)state;
    for (size_t m = 0; (metric = lb_metric_at(m)) != NULL; m++) {
        snprintf(line, sizeof line, "| `%s` | %s | %s | %s | %s | %s |", metric->name,
                 metric->title, metric->range, DIRECTIONS[metric->direction], metric->summary,
                 metric->source);
        if (!has_line(text, line)) {
            print_message("docs/scores.md lacks this row:\n%s\n", line);
            missing++;
        }
    }
    for (size_t m = 0; (of_predictions = lb_prediction_metric_at(m)) != NULL; m++) {
        snprintf(line, sizeof line, "| `%s` | %s | %s | %s | %s | %s |", of_predictions->name,
                 of_predictions->title, of_predictions->range,
                 DIRECTIONS[of_predictions->direction], of_predictions->summary,
                 of_predictions->source);
        if (!has_line(text, line)) {
            print_message("docs/scores.md lacks this row:\n%s\n", line);
            missing++;
        }
    }
    assert_int_equal(missing, 0);
    free(text);
}

/* A page has the descriptor's titles, and names in words of maps made elsewhere. */
static void
pages_have_the_titles(void **state)
{
    method_entry entry;
    const lb_method *method = NULL;
    (void)state;
    for (size_t m = 0; (method = lb_method_at(m)) != NULL; m++) {
        method_entry_init(&entry, method->name);
        assert_string_equal(entry.title, method->title);
        assert_string_equal(entry.name, method->name);
    }
    method_entry_init(&entry, "blur_ig");
    assert_string_equal(entry.title, "Blur Integrated Gradients");
    method_entry_init(&entry, "noise_tunnel");
    assert_string_equal(entry.title, "Noise tunnel");
}

/* The library's own rows keep the rules that others have to keep. */
static void
rows_are_sound(void **state)
{
    const lb_method *method = NULL, *other = NULL;
    const lb_metric *metric = NULL;
    static char *names[LB_MAX_REGISTERED]; /* of the copies, to the end */
    (void)state;
    size_t rows = 0;
    while (lb_method_at(rows) != NULL) {
        rows++;
    }
    for (size_t m = 0; m < rows; m++) { /* the table grows by what is registered */
        lb_error err = {.code = LB_OK};
        char *name = NULL;
        method = lb_method_at(m);
        lb_method copy = *method;
        name = lb_format(&err, "x%.38s", method->name); /* the table keeps it */
        assert_non_null(name);
        copy.name = names[m] = name;
        copy.flags &= ~(unsigned)(LB_METHOD_IN_STUDY | LB_METHOD_OF_EDGES);
        assert_int_equal(strspn(method->name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
                         strlen(method->name));
        assert_true(strlen(method->name) <= LB_METHOD_NAME_LENGTH);
        if (lb_method_register(&copy, &err) != LB_OK) {
            fail_msg("%s", err.message);
        }
        for (size_t o = 0; o < m; o++) {
            other = lb_method_at(o);
            assert_string_not_equal(other->name, method->name);
            assert_string_not_equal(other->title, method->title);
        }
    }
    for (size_t m = 0; (metric = lb_metric_at(m)) != NULL; m++) {
        assert_true(metric->title[0] != '\0' && metric->summary[0] != '\0');
        assert_true(metric->range[0] != '\0' && metric->source[0] != '\0');
        assert_non_null(metric->compute);
        assert_int_equal(lb_metric_find(metric->name), m);
    }
    assert_int_equal(lb_metric_find("emd"), LB_METRIC_EMD);
    assert_int_equal(lb_metric_find("emd_fni"), LB_METRIC_EMD_FNI);
    assert_int_equal(lb_metric_find("no_metric"), lb_metric_count());
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(methods_are_documented), cmocka_unit_test(settings_are_documented),
        cmocka_unit_test(metrics_are_documented), cmocka_unit_test(pages_have_the_titles),
        cmocka_unit_test(rows_are_sound),
    };
    return cmocka_run_group_tests_name("method_table", tests, NULL, NULL);
}
