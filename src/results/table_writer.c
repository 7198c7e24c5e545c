/* SPDX-License-Identifier: MIT */
#include "table_writer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lesionbench/atomic_file.h"
#include "lesionbench/csv.h"
#include "lesionbench/grow.h"

/* Longer tables break over pages. */
enum { PAGE_ROWS = 45 };

output_cell *
output_table_add(output_table *table, lb_error *err)
{
    output_cell *cells = lb_array_grow(table->cells, table->count, &table->capacity,
                                       table->column_count * sizeof *cells, err);
    if (cells == NULL) {
        return NULL;
    }
    table->cells = cells;
    output_cell *row = table->cells + table->count++ * table->column_count;
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].kind == TIDY_TEXT) {
            row[i].text = NULL;
        } else {
            row[i].number = (double)NAN;
        }
    }
    return row;
}

void
output_table_release(output_table *table)
{
    lb_free(table->cells);
    table->cells = NULL;
    table->count = table->capacity = 0;
}

/* How the formats differ. */
typedef struct format {
    const char *ending;
    void (*head)(FILE *stream, const output_table *table);
    void (*text)(FILE *stream, const char *text);
    const char *first, *between, *last; /* of a row */
    void (*foot)(FILE *stream, const output_table *table);
} format;

static void
csv_head(FILE *stream, const output_table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        fprintf(stream, "%s%s", i > 0 ? "," : "", table->columns[i].name);
    }
    fputc('\n', stream);
}

static void
markdown_text(FILE *stream, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        fputs(*c == '|' || *c == '\\' ? "\\" : "", stream);
        fputc(*c == '\n' || *c == '\r' ? ' ' : *c, stream);
    }
}

/* Column names are words in print. */
static void
print_name(FILE *stream, const char *name)
{
    for (const char *c = name; *c != '\0'; c++) {
        fputc(*c == '_' ? ' ' : *c, stream);
    }
}

static void
markdown_head(FILE *stream, const output_table *table)
{
    fprintf(stream, "%s\n\n", table->caption);
    for (size_t i = 0; i < table->column_count; i++) {
        fputs("| ", stream);
        print_name(stream, table->columns[i].name);
        fputc(' ', stream);
    }
    fputs("|\n", stream);
    for (size_t i = 0; i < table->column_count; i++) {
        fputs(table->columns[i].kind == TIDY_TEXT ? "|---" : "|--:", stream);
    }
    fputs("|\n", stream);
}

static void
latex_text(FILE *stream, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\\') {
            fputs("\\textbackslash{}", stream);
        } else if (*c == '~' || *c == '^') {
            fprintf(stream, "\\%c{}", *c);
        } else if (*c == '<') {
            fputs("$<$", stream);
        } else {
            fputs(strchr("&%$#_{}", *c) != NULL ? "\\" : "", stream);
            fputc(*c == '\n' || *c == '\r' ? ' ' : *c, stream);
        }
    }
}

static void
latex_head(FILE *stream, const output_table *table)
{
    bool is_long = table->count > PAGE_ROWS;
    fprintf(stream, "%% %s\n", table->caption);
    fprintf(stream, "%% needs \\usepackage{booktabs%s}\n\\begin{%s}{", is_long ? ",longtable" : "",
            is_long ? "longtable" : "tabular");
    for (size_t i = 0; i < table->column_count; i++) {
        fputc(table->columns[i].kind == TIDY_TEXT ? 'l' : 'r', stream);
    }
    fputs("}\n\\toprule\n", stream);
    for (size_t i = 0; i < table->column_count; i++) {
        fputs(i > 0 ? " & " : "", stream);
        print_name(stream, table->columns[i].name);
    }
    fprintf(stream, " \\\\\n\\midrule\n%s", is_long ? "\\endhead\n" : "");
}

static void
latex_foot(FILE *stream, const output_table *table)
{
    fprintf(stream, "\\bottomrule\n\\end{%s}\n",
            table->count > PAGE_ROWS ? "longtable" : "tabular");
}

static void
no_foot(FILE *stream, const output_table *table)
{
    (void)stream;
    (void)table;
}

static const format FORMATS[] = {
    {"csv", csv_head, lb_csv_field, "", ",", "\n", no_foot},
    {"md", markdown_head, markdown_text, "| ", " | ", " |\n", no_foot},
    {"tex", latex_head, latex_text, "", " & ", " \\\\\n", latex_foot},
};

static void
write_number(FILE *stream, const format *as, output_kind kind, double value)
{
    char text[48];
    if (isnan(value)) {
        return;
    }
    if (kind == TIDY_COUNT) {
        snprintf(text, sizeof text, "%.0f", value);
    } else if (as == FORMATS) {
        snprintf(text, sizeof text, "%.9g", value);
    } else if (kind == TIDY_P && value < 0.001) {
        snprintf(text, sizeof text, "<0.001");
    } else {
        snprintf(text, sizeof text, kind == TIDY_SMALL ? "%.3g" : "%.3f", value);
    }
    as->text(stream, text);
}

static lb_status
write_as(const output_table *table, const format *as, const char *directory, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    char *path = lb_format(err, "%s/%s.%s", directory, table->name, as->ending);
    LB_TRY(path == NULL ? err->code : LB_OK);
    LB_TRY(lb_atomic_file_open(&output, path, err));
    FILE *stream = lb_atomic_file_stream(output);
    as->head(stream, table);
    for (size_t row = 0; row < table->count; row++) {
        for (size_t i = 0; i < table->column_count; i++) {
            output_cell cell = table->cells[row * table->column_count + i];
            fputs(i > 0 ? as->between : as->first, stream);
            if (table->columns[i].kind != TIDY_TEXT) {
                write_number(stream, as, table->columns[i].kind, cell.number);
            } else if (cell.text != NULL) {
                as->text(stream, cell.text);
            }
        }
        fputs(as->last, stream);
    }
    as->foot(stream, table);
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    lb_free(path);
    return status;
}

lb_status
output_table_write(const output_table *table, const char *directory, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; i < sizeof FORMATS / sizeof FORMATS[0]; i++) {
        LB_TRY(write_as(table, &FORMATS[i], directory, err));
    }
cleanup:
    return status;
}
