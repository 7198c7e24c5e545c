/* SPDX-License-Identifier: MIT */
#include "evaluation.h"

#include <math.h>
#include <stdio.h>

#include "lesionbench/csv.h"
#include "lesionbench/json.h"
#include "published.h"

static void
print_number(const char *key, double value)
{
    printf(", \"%s\": ", key);
    lb_json_number(stdout, value, 9);
}

static void
print_json(evaluation *one, bool first)
{
    const char *const keys[] = {"model", "corpus", "degree", "seed", "split", "part"};
    const char *const texts[] = {one->model,     one->name.corpus, one->name.degree,
                                 one->name.seed, one->split,       one->part};
    printf("%s\n  {", first ? "" : ",");
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        printf("%s\"%s\": ", k > 0 ? ", " : "", keys[k]);
        lb_json_text(stdout, texts[k], false);
    }
    printf(", \"images\": %zu", one->score.images);
    for (size_t m = 0; lb_prediction_metric_at(m) != NULL; m++) {
        print_number(lb_prediction_metric_at(m)->name, *lb_prediction_value(&one->score, m));
    }
    for (size_t m = 0; lb_prediction_metric_at(m) != NULL; m++) {
        char key[40];
        if (lb_prediction_range(&one->score, m) != NULL) {
            lb_range range = *lb_prediction_range(&one->score, m);
            snprintf(key, sizeof key, "%s_low", lb_prediction_metric_at(m)->name);
            print_number(key, range.low);
            snprintf(key, sizeof key, "%s_high", lb_prediction_metric_at(m)->name);
            print_number(key, range.high);
        }
    }
    putchar('}');
}

static void
print_cell(double value)
{
    putchar(',');
    if (!isnan(value)) {
        printf("%.9g", value);
    }
}

static void
print_csv(evaluation *one)
{
    const char *const texts[] = {one->model, one->name.corpus, one->name.degree, one->name.seed,
                                 one->split};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        lb_csv_field(stdout, texts[i]);
        putchar(',');
    }
    printf("%zu", one->score.images);
    for (size_t m = 0; lb_prediction_metric_at(m) != NULL; m++) {
        print_cell(*lb_prediction_value(&one->score, m));
    }
    for (size_t m = 0; lb_prediction_metric_at(m) != NULL; m++) {
        if (lb_prediction_range(&one->score, m) != NULL) {
            print_cell(lb_prediction_range(&one->score, m)->low);
            print_cell(lb_prediction_range(&one->score, m)->high);
        }
    }
    putchar(',');
    lb_csv_field(stdout, one->part);
    putchar('\n');
}

/* The figures, and below them their intervals. */
static void
print_row(evaluation *one)
{
    char name[160];
    snprintf(name, sizeof name, "%s%s%s", one->model, one->part[0] != '\0' ? " " : "", one->part);
    printf("%-36.36s %6zu", name, one->score.images);
    for (size_t m = 0; lb_prediction_metric_at(m) != NULL; m++) {
        printf(" %11.3f", *lb_prediction_value(&one->score, m));
    }
    putchar('\n');
    if (isnan(one->score.accuracy_range.low)) {
        return;
    }
    printf("%-36s %6s", "  95 %", "");
    for (size_t m = 0;
         lb_prediction_metric_at(m) != NULL && lb_prediction_range(&one->score, m) != NULL; m++) {
        lb_range range = *lb_prediction_range(&one->score, m);
        if (isnan(range.low)) {
            printf(" %11s", "");
        } else {
            printf(" %5.3f-%.3f", range.low, range.high);
        }
    }
    putchar('\n');
}

static void
print_header(size_t format)
{
    if (format == FORMAT_JSON) {
        putchar('[');
        return;
    }
    if (format == FORMAT_CSV) {
        printf("model,corpus,degree,seed,split,images");
    } else {
        printf("%-36s %6s", "model", "images");
    }
    for (size_t m = 0; lb_prediction_metric_at(m) != NULL; m++) {
        printf(format == FORMAT_CSV ? ",%s" : " %11.11s", lb_prediction_metric_at(m)->name);
    }
    for (size_t m = 0; lb_prediction_metric_at(m) != NULL && format == FORMAT_CSV; m++) {
        if (lb_prediction_metric_at(m)->interval != 0) {
            printf(",%s_low,%s_high", lb_prediction_metric_at(m)->name,
                   lb_prediction_metric_at(m)->name);
        }
    }
    puts(format == FORMAT_CSV ? ",part" : "");
}

void
evaluation_print(evaluation *items, size_t count, size_t format)
{
    print_header(format);
    for (size_t i = 0; i < count; i++) {
        if (format == FORMAT_JSON) {
            print_json(&items[i], i == 0);
        } else if (format == FORMAT_CSV) {
            print_csv(&items[i]);
        } else {
            print_row(&items[i]);
        }
    }
    if (format == FORMAT_JSON) {
        puts("\n]");
    }
}
