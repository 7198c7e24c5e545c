/* SPDX-License-Identifier: MIT */
#include "metric_columns.h"

#include <math.h>

lb_metric_set
metric_columns(const lb_score_rows *rows)
{
    lb_metric_set columns = lb_metrics_cheap();
    for (size_t i = 0; i < rows->count; i++) {
        for (size_t m = 0; m < lb_metric_count(); m++) {
            if (!isnan(rows->rows[i].metric[m])) {
                columns |= LB_METRIC_BIT(m);
            }
        }
    }
    return columns;
}

void
metric_header_write(FILE *stream, lb_metric_set columns)
{
    for (size_t m = 0; m < lb_metric_count(); m++) {
        if ((columns & LB_METRIC_BIT(m)) != 0) {
            fprintf(stream, ",%s", lb_metric_at(m)->name);
        }
    }
}

void
number_write(FILE *stream, double value)
{
    if (!isnan(value)) {
        fprintf(stream, "%.9g", value);
    }
}

void
metric_cells_write(FILE *stream, const lb_score_row *row, lb_metric_set columns)
{
    for (size_t m = 0; m < lb_metric_count(); m++) {
        if ((columns & LB_METRIC_BIT(m)) != 0) {
            fputc(',', stream);
            number_write(stream, row->metric[m]);
        }
    }
}

lb_status
metric_columns_read(lb_score_row *rows, const lb_csv *csv, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_error absent;
    for (size_t m = 0, column = 0; m < lb_metric_count(); m++) {
        bool there = lb_csv_column(&column, csv, lb_metric_at(m)->name, path, &absent) == LB_OK;
        for (size_t i = 0; i < csv->rows; i++) {
            rows[i].metric[m] = NAN;
            if (there) {
                LB_TRY(lb_csv_number(&rows[i].metric[m], csv, i, column, path, err));
            }
        }
    }
    size_t column = 0;
    if (lb_csv_column(&column, csv, "tpr", path, &absent) != LB_OK) {
        return LB_OK;
    }
    for (size_t i = 0; i < csv->rows; i++) { /* of a baseline as the study has it? */
        double tpr = NAN, usual = lb_tpr(&rows[i].score);
        LB_TRY(lb_csv_number(&tpr, csv, i, column, path, err));
        rows[i].tpr_uses_fp = fabs(tpr - usual) > 1e-7;
    }
cleanup:
    return status;
}
