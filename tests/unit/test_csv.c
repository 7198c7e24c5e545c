/* SPDX-License-Identifier: MIT */
#include "io_testing.h"

#include <math.h>

#include "lesionbench/csv.h"

static lb_status
read_text(lb_csv *out, void **state, const char *text, lb_error *err)
{
    char *path = test_path(state, "t.csv");
    test_write_bytes(path, text, strlen(text));
    lb_status status = lb_csv_read(out, path, err);
    lb_free(path);
    return status;
}

static void
plain_rows(void **state)
{
    lb_error err = {0};
    lb_csv csv = {0};
    size_t column = 9;
    assert_ok(read_text(&csv, state, "\xef\xbb\xbfmodel,auroc\r\na,0.5\r\n,-1e-3\nc,x1", &err));
    assert_int_equal(csv.columns, 2);
    assert_int_equal(csv.rows, 3);
    assert_ok(lb_csv_column(&column, &csv, "auroc", "t.csv", &err));
    assert_int_equal(column, 1);
    assert_string_equal(csv.header[0], "model");
    assert_string_equal(lb_csv_cell(&csv, 1, 0), "");
    double number = 0;
    assert_ok(lb_csv_number(&number, &csv, 0, 1, "t.csv", &err));
    assert_close(number, 0.5, 0, 0);
    assert_ok(lb_csv_number(&number, &csv, 1, 1, "t.csv", &err));
    assert_close(number, -1e-3, 0, 1e-15);
    assert_ok(lb_csv_number(&number, &csv, 1, 0, "t.csv", &err));
    assert_true(isnan(number));
    assert_int_equal(lb_csv_number(&number, &csv, 2, 1, "t.csv", &err), LB_ERROR_FORMAT);
    assert_message(&err, "t.csv: line 4, column \"auroc\": 'x1' is not a number");
    assert_int_equal(lb_csv_column(&column, &csv, "emd", "t.csv", &err), LB_ERROR_FORMAT);
    assert_message(&err, "t.csv: no column \"emd\"");
    lb_csv_release(&csv);
}

static void
quoted_fields_come_back(void **state)
{
    lb_error err = {0};
    lb_csv csv = {0};
    const char *texts[] = {"plain", "a,b", "say \"so\"", "two\r\nlines", "", "\""};
    char *path = test_path(state, "q.csv");
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    for (size_t i = 0; i < 12; i++) {
        lb_csv_field(stream, texts[i % 6]);
        fputs(i % 6 == 5 ? "\n" : ",", stream);
    }
    fclose(stream);
    assert_ok(lb_csv_read(&csv, path, &err));
    assert_int_equal(csv.columns, 6);
    assert_int_equal(csv.rows, 1);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(csv.header[i], texts[i]);
        assert_string_equal(lb_csv_cell(&csv, 0, i), texts[i]);
    }
    lb_csv_release(&csv);
    lb_free(path);
}

static void
bad_files_are_named(void **state)
{
    lb_error err = {0};
    lb_csv csv = {0};
    assert_int_equal(read_text(&csv, state, "a,b\n\"x\ny\",2\n3\n", &err), LB_ERROR_FORMAT);
    assert_message(&err, "line 4 has 1 fields, the header has 2");
    assert_int_equal(read_text(&csv, state, "a,b\n1,2\n3,\"4\n", &err), LB_ERROR_FORMAT);
    assert_message(&err, "line 3: a quoted field does not end");
    assert_int_equal(read_text(&csv, state, "a,b\n\"1\"2,3\n", &err), LB_ERROR_FORMAT);
    assert_message(&err, "line 2: text after a closing quote");
    assert_int_equal(read_text(&csv, state, "", &err), LB_ERROR_FORMAT);
    assert_message(&err, "is empty");
    assert_int_equal(lb_csv_read(&csv, "/nowhere.csv", &err), LB_ERROR_IO);
    assert_message(&err, "/nowhere.csv: No such file");
    assert_int_equal(lb_csv_read(&csv, "/tmp", &err), LB_ERROR_IO);
    assert_message(&err, "/tmp: is not a file");
    assert_null(csv.cells);
}

/* Each of these is the table id, sex = (sub-1, F), (sub-2, ""), however people wrote it. */
static void
tables_that_people_made(void **state)
{
    static const struct {
        const char *name, *text;
        size_t first, second; /* lines */
    } TABLES[] = {
        {"t.tsv", "id\tsex\nsub-1\tF\nsub-2\t\n", 2, 3},
        {"t.tsv", "\xef\xbb\xbfid\tsex\r\nsub-1\tF\r\nsub-2\t\r\n", 2, 3},
        {"t.tsv", "id\tsex\rsub-1\tF\rsub-2\t", 2, 3},
        {"t.tsv", "\n  \nid\tsex\n\nsub-1\tF\n \nsub-2\t\n\n   \n", 5, 7},
        {"t.TSV", "\"id\"\t\"sex\"\n\"sub-1\"\t\"F\"\n\"sub-2\"\t\"\"\n", 2, 3},
        {"t.tsv", "\"id\"\t\"sex\"\n\"1\"\t\"sub-1\"\t\"F\"\n\"2\"\tsub-2\t \n", 2, 3},
        {"t.csv", "id,sex\nsub-1,F\nsub-2,\n\n", 2, 3},
        {"t.csv", " id , sex\nsub-1 ,\tF \n sub-2,\n,\n , \n", 2, 3},
        {"t.csv", "\"id\",\"sex\"\r\n\"sub-1\",\"F\"\r\n\"sub-2\",\"\"\r\n\r\n", 2, 3},
        {"t.txt", "id\tsex\nsub-1\tF\nsub-2\t\n", 2, 3},
    };
    for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++) {
        lb_error err = {0};
        lb_csv table = {0};
        char *path = test_path(state, TABLES[i].name);
        test_write_bytes(path, TABLES[i].text, strlen(TABLES[i].text));
        assert_ok(lb_table_read(&table, path, &err));
        assert_int_equal(table.columns, 2);
        assert_int_equal(table.rows, 2);
        assert_string_equal(table.header[0], "id");
        assert_string_equal(table.header[1], "sex");
        assert_string_equal(lb_csv_cell(&table, 0, 0), "sub-1");
        assert_string_equal(lb_csv_cell(&table, 0, 1), "F");
        assert_string_equal(lb_csv_cell(&table, 1, 0), "sub-2");
        assert_string_equal(lb_csv_cell(&table, 1, 1), "");
        assert_int_equal(table.lines[0], TABLES[i].first);
        assert_int_equal(table.lines[1], TABLES[i].second);
        lb_csv_release(&table);
        lb_free(path);
    }
}

/* write.table() of R as it comes, and a quote that is a letter. */
static void
numbered_rows_and_letters(void **state)
{
    lb_error err = {0};
    lb_csv table = {0};
    char *path = test_path(state, "t.tsv");
    const char numbered[] = "\"id\"\t\"sex\"\n\"1\"\t\"sub-1\"\t\"F\"\n\"2\"\t\"sub-2\"\tNA\n";
    test_write_bytes(path, numbered, strlen(numbered));
    assert_ok(lb_table_read(&table, path, &err));
    assert_int_equal(table.columns, 2);
    assert_int_equal(table.rows, 2);
    assert_string_equal(lb_csv_cell(&table, 1, 0), "sub-2");
    assert_string_equal(lb_csv_cell(&table, 1, 1), "NA");
    lb_csv_release(&table);
    const char letters[] = "id\tnote\nsub-1\t\"a, b\nsub-2\t\"c\"d\n";
    test_write_bytes(path, letters, strlen(letters));
    assert_ok(lb_table_read(&table, path, &err));
    assert_string_equal(lb_csv_cell(&table, 0, 1), "\"a, b");
    assert_string_equal(lb_csv_cell(&table, 1, 1), "\"c\"d");
    lb_csv_release(&table);
    lb_free(path);
}

static void
faulty_tables_are_named(void **state)
{
    static const struct {
        const char *text, *message;
        size_t size;
    } BAD[] = {
        {"id,sex\n\nsub-1,F\nsub-2,F,\n", "t.csv: line 4 has 3 fields, the header has 2", 0},
        {"id,sex\nsub-1,F,\nsub-2,M,\n", "t.csv: line 2 has 3 fields, the header has 2", 0},
        {"id,sex\nsub-1,F,30\n", "t.csv: line 2 has 3 fields, the header has 2", 0},
        {"id,sex\n1,sub-1,F\nsub-2,M\n3,sub-3,F\n", "t.csv: line 4 has 3 fields", 0},
        {"id,sex\nsub-1\n", "t.csv: line 2 has 1 fields, the header has 2", 0},
        {"id,sex\n\"sub-1,F\n", "t.csv: line 2: a quoted field does not end", 0},
        {" \n\r\n", "t.csv: is empty; a header row is wanted", 0},
        {"\xff\xfei\0d\0", "t.csv: is not text in UTF-8, but in UTF-16", 6},
    };
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        lb_error err = {0};
        lb_csv table = {0};
        char *path = test_path(state, "t.csv");
        test_write_bytes(path, BAD[i].text, BAD[i].size > 0 ? BAD[i].size : strlen(BAD[i].text));
        assert_int_equal(lb_table_read(&table, path, &err), LB_ERROR_FORMAT);
        assert_message(&err, BAD[i].message);
        lb_free(path);
    }
}

/* Row by row, the same texts as at once. */
static void
stream_equals_table(void **state)
{
    static const char *const files[] = {"a,b\n1,2\n3,4",
                                        ("\xef\xbb\xbf"
                                         "a,b\r\n1,\r\n,4\r\n"),
                                        "a,b\r1,2\r3,4\r",
                                        "a,\"b,\nc\"\n\"x\n\"\"y\"\"\n,\",2\n3,4\"5\"\n",
                                        "a\n\n1\n",
                                        "a,b\n"};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        lb_error err = {0};
        lb_csv csv = {0};
        lb_csv_stream *stream = NULL;
        char *const *row = NULL;
        size_t columns = 0;
        assert_ok(read_text(&csv, state, files[f], &err));
        char *path = test_path(state, "t.csv");
        assert_ok(lb_csv_open(&stream, path, &err));
        char *const *names = lb_csv_header(stream, &columns);
        assert_int_equal(columns, csv.columns);
        for (size_t i = 0; i < columns; i++) {
            assert_string_equal(names[i], csv.header[i]);
        }
        for (size_t r = 0; r < csv.rows; r++) {
            assert_ok(lb_csv_next(&row, stream, &err));
            assert_non_null(row);
            for (size_t i = 0; i < columns; i++) {
                assert_string_equal(row[i], lb_csv_cell(&csv, r, i));
            }
        }
        assert_ok(lb_csv_next(&row, stream, &err));
        assert_null(row);
        lb_csv_close(stream);
        lb_csv_release(&csv);
        lb_free(path);
    }
}

/* The error of a stream of this text, met while opening or going through. */
static lb_status
stream_status(void **state, const char *text, size_t size, lb_error *err)
{
    lb_csv_stream *stream = NULL;
    char *const *row = NULL;
    char *path = test_path(state, "t.csv");
    test_write_bytes(path, text, size);
    lb_status status = lb_csv_open(&stream, path, err);
    for (bool more = status == LB_OK; more;) {
        status = lb_csv_next(&row, stream, err);
        more = status == LB_OK && row != NULL;
    }
    lb_csv_close(stream);
    lb_free(path);
    return status;
}

static void
streams_refuse_what_tables_do(void **state)
{
    lb_error err = {0};
    assert_int_equal(stream_status(state, "a,b\n1,2\n3\n", 10, &err), LB_ERROR_FORMAT);
    assert_message(&err, "line 3 has 1 fields, the header has 2");
    assert_int_equal(stream_status(state, "a,b\n1,2\n\n\r\n", 11, &err), LB_OK);
    assert_int_equal(stream_status(state, "a,b\n1,2\n\n\n3,4\n", 14, &err), LB_ERROR_FORMAT);
    assert_message(&err, "line 3 is empty");
    assert_int_equal(stream_status(state, "a,b\n1,\"2\n3,4\n", 13, &err), LB_ERROR_FORMAT);
    assert_message(&err, "a quoted field does not end");
    assert_int_equal(stream_status(state, "a,b\n1,\0\n", 8, &err), LB_ERROR_FORMAT);
    assert_message(&err, "is not text");
    assert_int_equal(stream_status(state, "", 0, &err), LB_ERROR_FORMAT);
    assert_message(&err, "is empty");
    char *large = lb_alloc(3 << 20, 1, &err);
    memset(large, 'x', 3 << 20);
    large[1] = '\n';
    assert_int_equal(stream_status(state, large, 3 << 20, &err), LB_ERROR_FORMAT);
    assert_message(&err, "line 2: a row of more than");
    lb_free(large);
}

/* Of quoted cells with ends of lines, and of what other programs write for nothing. */
static void
numbers_and_their_lines(void **state)
{
    lb_error err = {0};
    lb_csv csv = {0};
    double number = 0;
    assert_ok(read_text(&csv, state, "\"a\nb\",c\n\"x\ny\",NA\r\n1,nan\n2,\"0,5\"\n3,0x10\n4,1 2\n",
                        &err));
    const size_t lines[] = {3, 5, 6, 7, 8};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(csv.lines[i], lines[i]);
    }
    for (size_t i = 0; i < 2; i++) {
        assert_ok(lb_csv_number(&number, &csv, i, 1, "t.csv", &err));
        assert_true(isnan(number));
    }
    assert_int_equal(lb_csv_number(&number, &csv, 2, 1, "t.csv", &err), LB_ERROR_FORMAT);
    assert_message(&err,
                   "t.csv: line 6, column \"c\": '0,5' is not a number (write a decimal point)");
    assert_int_equal(lb_csv_number(&number, &csv, 3, 1, "t.csv", &err), LB_ERROR_FORMAT);
    assert_int_equal(lb_csv_number(&number, &csv, 4, 1, "t.csv", &err), LB_ERROR_FORMAT);
    lb_csv_release(&csv);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_and_their_lines, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(plain_rows, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(stream_equals_table, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(streams_refuse_what_tables_do, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(quoted_fields_come_back, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(tables_that_people_made, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(numbered_rows_and_letters, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(faulty_tables_are_named, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(bad_files_are_named, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
