/* SPDX-License-Identifier: MIT */
/* The accuracies of the models that scores are of. */
#include <math.h>
#include <string.h>

#include "lesionbench/csv.h"
#include "score_series.h"

/* Whether a row of classification.csv is of the series's model. */
static bool
is_of_model(const series_table *table, const score_series *one, const lb_csv *csv, size_t row,
            const size_t at[])
{
    const char *const names[] = {table->conditions.names[one->condition],
                                 table->corpora.names[one->corpus],
                                 table->degrees.names[one->degree], table->seeds.names[one->seed]};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        if (at[k] != SIZE_MAX && strcmp(names[k], lb_csv_cell(csv, row, at[k])) != 0) {
            return false;
        }
    }
    return true;
}

lb_status
series_table_read_accuracy(bool *any, series_table *table, const char *path, lb_error *err)
{
    static const char *const names[] = {"condition", "corpus", "degree",
                                        "seed",      "split",  "accuracy"};
    enum { CONDITION, SPLIT = 4, ACCURACY, COUNT };
    lb_status status = LB_OK;
    lb_csv csv = {0};
    size_t at[COUNT];
    *any = false;
    LB_TRY(lb_csv_read(&csv, path, err));
    for (size_t i = 0; i < COUNT; i++) {
        at[i] = SIZE_MAX;
        if (lb_csv_column(&at[i], &csv, names[i], path, err) != LB_OK && i != CONDITION) {
            LB_TRY(err->code);
        }
    }
    for (size_t row = 0; row < csv.rows; row++) {
        double accuracy = NAN;
        LB_TRY(lb_csv_number(&accuracy, &csv, row, at[ACCURACY], path, err));
        for (size_t i = 0; i < table->series_count; i++) {
            if (strcmp(lb_csv_cell(&csv, row, at[SPLIT]), "holdout") == 0 &&
                is_of_model(table, &table->series[i], &csv, row, at)) {
                table->series[i].accuracy = accuracy;
                *any = true;
            }
        }
    }
cleanup:
    lb_csv_release(&csv);
    return status;
}
