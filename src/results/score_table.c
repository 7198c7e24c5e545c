/* SPDX-License-Identifier: MIT */
/* Rows and columns of the table of scores. */
#include "lesionbench/score_table.h"

#include <math.h>
#include <string.h>

#include "lesionbench/grow.h"
#include "score_table_internal.h"

const char *
lb_score_key_name(lb_score_key key)
{
    static const char *const names[LB_SCORE_KEYS] = {"condition", "selection", "corpus",
                                                     "degree",    "method",    "seed"};
    return names[key];
}

size_t
lb_score_table_find(const lb_score_table *table, const char *name)
{
    for (size_t c = 0; c < table->column_count; c++) {
        if (strcmp(table->columns[c].name, name) == 0) {
            return c;
        }
    }
    return SIZE_MAX;
}

const char *
lb_score_table_text(const lb_score_table *table, size_t row, lb_score_key key)
{
    return table->keys[key] != NULL ? table->names[key].names[table->keys[key][row]] : "";
}

lb_status
lb_score_table_add_column(size_t *out, lb_score_table *table, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    lb_score_column made = {0};
    LB_GROW(table->columns, table->column_count, table->column_capacity);
    LB_ALLOC(made.values, table->capacity);
    for (size_t i = 0; i < table->count; i++) {
        made.values[i] = (double)NAN;
    }
    made.name = lb_strdup(name, err);
    LB_TRY(made.name == NULL ? err->code : LB_OK);
    *out = table->column_count;
    table->columns[table->column_count++] = made;
    return LB_OK;
cleanup:
    lb_free(made.values);
    return status;
}

/* Makes room for twice as many rows. What has been enlarged stays so if memory runs out. */
static lb_status
grow_rows(lb_score_table *table, lb_error *err)
{
    lb_status status = LB_OK;
    size_t capacity = table->capacity > 0 ? table->capacity : 32;
    LB_TRY(table->capacity > 0 ? lb_multiply(&capacity, capacity, 2, err) : LB_OK);
    for (size_t k = 0; k < LB_SCORE_KEYS; k++) {
        if (table->keys[k] != NULL) {
            uint32_t *larger = NULL;
            LB_ALLOC(larger, capacity);
            memcpy(larger, table->keys[k], table->count * sizeof *larger);
            lb_free(table->keys[k]);
            table->keys[k] = larger;
        }
    }
    for (size_t c = 0; c < table->column_count; c++) {
        double *larger = NULL;
        LB_ALLOC(larger, capacity);
        memcpy(larger, table->columns[c].values, table->count * sizeof *larger);
        lb_free(table->columns[c].values);
        table->columns[c].values = larger;
    }
    table->capacity = capacity;
cleanup:
    return status;
}

lb_status
score_table_reserve(lb_score_table *table, lb_error *err)
{
    return table->count == table->capacity ? grow_rows(table, err) : LB_OK;
}

lb_status
lb_score_table_add_row(lb_score_table *table, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(score_table_reserve(table, err));
    for (size_t k = 0; k < LB_SCORE_KEYS; k++) {
        if (table->keys[k] != NULL) {
            LB_TRY(score_names_add(&table->keys[k][table->count], &table->names[k], "", err));
        }
    }
    for (size_t c = 0; c < table->column_count; c++) {
        table->columns[c].values[table->count] = (double)NAN;
    }
    table->count++;
cleanup:
    return status;
}

lb_status
score_table_need_key(lb_score_table *table, lb_score_key key, lb_error *err)
{
    lb_status status = LB_OK;
    uint32_t *made = NULL, empty = 0;
    if (table->keys[key] != NULL) {
        return LB_OK;
    }
    LB_ALLOC(made, table->capacity);
    if (table->count > 0) {
        LB_TRY(score_names_add(&empty, &table->names[key], "", err));
    }
    for (size_t i = 0; i < table->count; i++) {
        made[i] = empty;
    }
    table->keys[key] = made;
    return LB_OK;
cleanup:
    lb_free(made);
    return status;
}

lb_status
lb_score_table_set_text(lb_score_table *table, size_t row, lb_score_key key, const char *text,
                        lb_error *err)
{
    lb_status status = score_table_need_key(table, key, err);
    return status == LB_OK ? score_names_add(&table->keys[key][row], &table->names[key], text, err)
                           : status;
}

void
lb_score_table_release(lb_score_table *table)
{
    for (size_t k = 0; k < LB_SCORE_KEYS; k++) {
        score_names_release(&table->names[k]);
        lb_free(table->keys[k]);
    }
    for (size_t c = 0; c < table->column_count; c++) {
        lb_free(table->columns[c].name);
        lb_free(table->columns[c].values);
    }
    lb_free(table->columns);
    lb_free(table->file_end);
    *table = (lb_score_table){0};
}
