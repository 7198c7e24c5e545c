/* SPDX-License-Identifier: MIT */
/* CSV: what is read, written again and read again is the same. The same bytes as a table that
 * people made. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/csv.h"

static void
write_rows(FILE *stream, const lb_csv *csv)
{
    for (size_t row = 0; row <= csv->rows; row++) {
        for (size_t i = 0; i < csv->columns; i++) {
            lb_csv_field(stream, row == 0 ? csv->header[i] : lb_csv_cell(csv, row - 1, i));
            fputc(i + 1 < csv->columns ? ',' : '\n', stream);
        }
    }
}

static void
check_same(const lb_csv *a, const lb_csv *b)
{
    FUZZ_CHECK(a->columns == b->columns && a->rows == b->rows);
    for (size_t i = 0; i < a->columns; i++) {
        FUZZ_CHECK(strcmp(a->header[i], b->header[i]) == 0);
    }
    for (size_t i = 0; i < a->columns * a->rows; i++) {
        FUZZ_CHECK(strcmp(a->cells[i], b->cells[i]) == 0);
    }
}

static void
use(const lb_csv *csv, const char *path)
{
    lb_error err;
    size_t column = 0;
    for (size_t i = 0; i < csv->columns && i < 16; i++) {
        FUZZ_CHECK(lb_csv_column(&column, csv, csv->header[i], path, &err) == LB_OK);
        FUZZ_CHECK(column <= i);
    }
    for (size_t i = 0; i < csv->rows && i < 16; i++) {
        double number = 0;
        (void)lb_csv_number(&number, csv, i, csv->columns - 1, path, &err);
        FUZZ_CHECK(csv->lines[i] >= i + 2);
    }
}

/* In front of the written file a mark of UTF-8 would be taken for the file's own, and the words of
 * git-annex and Git LFS for a pointer to a file that is elsewhere. */
static bool
begins_specially(const lb_csv *csv)
{
    static const char *const STARTS[] = {"\xef\xbb\xbf", "/annex/objects/",
                                         "version https://git-lfs"};
    for (size_t i = 0; i < sizeof STARTS / sizeof *STARTS; i++) {
        if (strncmp(csv->header[0], STARTS[i], strlen(STARTS[i])) == 0) {
            return true;
        }
    }
    return false;
}

static void
read_lenient(const char *path)
{
    lb_error err;
    lb_csv table = {0}, header = {0};
    if (lb_table_read_header(&header, path, &err) != LB_OK) {
        FUZZ_CHECK(lb_table_read(&table, path, &err) != LB_OK);
        return;
    }
    if (lb_table_read(&table, path, &err) == LB_OK) {
        FUZZ_CHECK(table.columns >= 1 && table.columns == header.columns && header.rows == 0);
        for (size_t i = 0; i < table.columns; i++) {
            FUZZ_CHECK(strcmp(table.header[i], header.header[i]) == 0);
        }
        for (size_t i = 0; i < table.rows; i++) {
            FUZZ_CHECK(table.lines[i] > (i > 0 ? table.lines[i - 1] : table.header_line));
        }
        for (size_t i = 0; i < table.columns * table.rows; i++) {
            FUZZ_CHECK(table.cells[i][0] != ' ' && table.cells[i][0] != '\t');
        }
        use(&table, path);
    } else {
        FUZZ_CHECK(table.header == NULL && table.bytes == NULL);
    }
    lb_csv_release(&header);
    lb_csv_release(&table);
}

/* Row by row: what is read is what the whole file gives. */
static void
read_stream(const char *path, const lb_csv *csv)
{
    lb_error err;
    lb_csv_stream *stream = NULL;
    size_t columns = 0, row = 0;
    if (lb_csv_open(&stream, path, &err) != LB_OK) {
        return;
    }
    char *const *fields = lb_csv_header(stream, &columns);
    while (fields != NULL) {
        FUZZ_CHECK(csv->columns == 0 || (columns == csv->columns && row <= csv->rows));
        for (size_t i = 0; i < columns; i++) {
            const char *cell = csv->columns == 0 ? fields[i]
                               : row == 0        ? csv->header[i]
                                                 : lb_csv_cell(csv, row - 1, i);
            FUZZ_CHECK(strcmp(fields[i], cell) == 0);
        }
        row++;
        if (lb_csv_next(&fields, stream, &err) != LB_OK) {
            break;
        }
    }
    lb_csv_close(stream);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lb_error err;
    fuzz_file file;
    lb_csv csv = {0}, again = {0};
    fuzz_file_open(&file, data, size);
    read_lenient(file.path);
    if (lb_csv_read(&csv, file.path, &err) == LB_OK) {
        FUZZ_CHECK(csv.columns >= 1);
        use(&csv, file.path);
    } else {
        FUZZ_CHECK(csv.header == NULL && csv.bytes == NULL);
    }
    read_stream(file.path, &csv);
    fuzz_file_close(&file);
    if (csv.columns > 0 && !begins_specially(&csv)) {
        char *text = NULL;
        size_t length = 0;
        FILE *stream = open_memstream(&text, &length);
        FUZZ_CHECK(stream != NULL);
        write_rows(stream, &csv);
        FUZZ_CHECK(fclose(stream) == 0);
        fuzz_file_open(&file, (const uint8_t *)text, length);
        FUZZ_CHECK(lb_csv_read(&again, file.path, &err) == LB_OK);
        check_same(&csv, &again);
        fuzz_file_close(&file);
        free(text);
    }
    lb_csv_release(&again);
    lb_csv_release(&csv);
    return 0;
}
