/* SPDX-License-Identifier: MIT */
/* The table of scores: what is read of scores.csv, and what is refused. */
#include <math.h>

#include "io_testing.h"

#include "lesionbench/score_table.h"
#include "lesionbench/tables.h"

static const lb_score_wanted COLUMNS[] = {{"method", LB_SCORE_TEXT, false},
                                          {"seed", LB_SCORE_TEXT, true},
                                          {"image", LB_SCORE_IMAGE, false},
                                          {"subject", LB_SCORE_SUBJECT, true},
                                          {"tpr", LB_SCORE_FINITE, false}};
enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

static lb_status
read_text(lb_score_table *table, void **state, const char *text, const lb_score_request *request,
          lb_error *err)
{
    char *path = test_path(state, "scores.csv");
    test_write_bytes(path, text, strlen(text));
    lb_status status = lb_score_table_read(table, path, request, NULL, err);
    lb_free(path);
    return status;
}

static void
files_share_texts(void **state)
{
    lb_error err = {0};
    lb_score_table table = {0};
    const lb_score_request request = {.columns = COLUMNS, .count = COLUMN_COUNT};
    const lb_score_request ours = {.columns = COLUMNS, .count = COLUMN_COUNT, .method = "ours"};
    assert_ok(read_text(&table, state, "tpr,image,method\n0.5,3,lrp\nNA,4,lrp\n0.25,5,saliency\n\n",
                        &request, &err));
    assert_ok(read_text(&table, state, "seed,method,image,subject,tpr\n7,lrp,1,2,1\n7,x,2,,1\n",
                        &ours, &err));
    assert_int_equal(table.count, 5);
    assert_int_equal(table.file_count, 2);
    assert_int_equal(table.file_end[0], 3);
    assert_int_equal(table.file_end[1], 5);
    assert_int_equal(table.names[LB_KEY_METHOD].count, 3);
    assert_int_equal(table.keys[LB_KEY_METHOD][0], table.keys[LB_KEY_METHOD][1]);
    assert_string_equal(lb_score_table_text(&table, 2, LB_KEY_METHOD), "saliency");
    assert_string_equal(lb_score_table_text(&table, 4, LB_KEY_METHOD), "ours");
    assert_string_equal(lb_score_table_text(&table, 0, LB_KEY_SEED), "");
    assert_string_equal(lb_score_table_text(&table, 3, LB_KEY_SEED), "7");
    assert_string_equal(lb_score_table_text(&table, 3, LB_KEY_CORPUS), "");
    const double *tpr = table.columns[lb_score_table_find(&table, "tpr")].values;
    const double *subject = table.columns[lb_score_table_find(&table, "subject")].values;
    assert_true(tpr[0] == 0.5 && isnan(tpr[1]) && tpr[2] == 0.25 && tpr[4] == 1);
    assert_true(isnan(subject[0]) && subject[3] == 2 && isnan(subject[4]));
    lb_score_table_release(&table);
}

static void
bad_cells_are_named(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"method,image,subject,tpr\nlrp,1,2,1\nlrp,2,2,\"0,5\"\n",
         "scores.csv: line 3, column \"tpr\": '0,5' is not a number (write a decimal point)"},
        {"method,image,subject,tpr\nlrp,1,2,1\nlrp,1.5,2,1\n",
         "line 3, column \"image\": '1.5' is not the index of an image"},
        {"method,image,subject,tpr\nlrp,1,2,1\nlrp,2,-1,1\n",
         "line 3, column \"subject\": '-1' is not the number of a subject"},
        {"method,image,subject,tpr\nlrp,1,2,1\nlrp,2,2,inf\n",
         "line 3, column \"tpr\": the score is infinite"},
        {"method,image,subject,tpr\nlrp,1,2,1\nlrp,2\n", "line 3 has 2 fields, the header has 4"},
    };
    const lb_score_request request = {.columns = COLUMNS, .count = COLUMN_COUNT};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lb_error err = {0};
        lb_score_table table = {0};
        assert_int_equal(read_text(&table, state, cases[i].text, &request, &err), LB_ERROR_FORMAT);
        assert_message(&err, cases[i].message);
        assert_int_equal(table.count, 1); /* the rows before */
        lb_score_table_release(&table);
    }
    lb_error err = {0};
    lb_score_table table = {0};
    assert_int_equal(read_text(&table, state, "method,image\nlrp,1\n", &request, &err),
                     LB_ERROR_FORMAT);
    assert_message(&err, "no column \"tpr\"");
    lb_score_table_release(&table);
}

/* What the report's explorer shows: rows of some images, and columns that nobody named. */
static void
rows_and_columns_are_chosen(void **state)
{
    static const lb_score_wanted columns[] = {{"image", LB_SCORE_SHOWN, false},
                                              {"method", LB_SCORE_TEXT, false},
                                              {"tp", LB_SCORE_SKIPPED, true}};
    const bool images[] = {false, true, false, true};
    const lb_score_request request = {
        .columns = columns, .count = 3, .others = 2, .images = images, .image_count = 4};
    lb_error err = {0};
    lb_score_table table = {0};
    assert_ok(read_text(&table, state,
                        "image,tp,mine,method,tpr,more\n0,1,2,lrp,1,1\n1,1,x,lrp,0.5,1\n"
                        "9,1,2,lrp,1,1\n-1,1,2,lrp,1,1\nq,1,2,lrp,1,1\n3,1,0.1,a,0.25,1\n",
                        &request, &err));
    assert_int_equal(table.count, 2);
    assert_int_equal(table.column_count, 3);
    assert_string_equal(table.columns[1].name, "mine");
    assert_string_equal(table.columns[2].name, "tpr");
    assert_true(isnan(table.columns[1].values[0]) && table.columns[1].values[1] == 0.1);
    assert_true(table.columns[2].values[0] == 0.5 && table.columns[2].values[1] == 0.25);
    lb_score_table_release(&table);
}

/* Beyond the room of a first growth, with more texts than slots. */
static void
tables_grow(void **state)
{
    (void)state;
    lb_error err = {0};
    lb_score_table table = {0};
    size_t value = 0;
    assert_ok(lb_score_table_add_column(&value, &table, "value", &err));
    for (size_t i = 0; i < 1000; i++) {
        char name[16];
        snprintf(name, sizeof name, "%zu", i % 500);
        assert_ok(lb_score_table_add_row(&table, &err));
        assert_true(isnan(table.columns[value].values[i]));
        table.columns[value].values[i] = (double)i;
        assert_ok(lb_score_table_set_text(&table, i, LB_KEY_SEED, name, &err));
    }
    for (size_t i = 0; i < 1000; i++) {
        char name[16];
        snprintf(name, sizeof name, "%zu", i % 500);
        assert_string_equal(lb_score_table_text(&table, i, LB_KEY_SEED), name);
        assert_true(table.columns[value].values[i] == (double)i);
    }
    /* It is not scores.csv, and is not written as that. */
    assert_int_equal(lb_scores_write(&table, "/tmp/lesionbench_never.csv", &err),
                     LB_ERROR_ARGUMENT);
    lb_score_table_release(&table);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_share_texts, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(bad_cells_are_named, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(rows_and_columns_are_chosen, test_setup, test_teardown),
        cmocka_unit_test(tables_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
