/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <math.h>
#include <string.h>

#include "lesionbench/csv.h"
#include "lesionbench/predictions.h"

typedef struct options {
    size_t format;
} options;

static const char *const FORMATS[] = {"table", "csv", "json", NULL};
enum { TABLE, CSV, JSON };

static const lb_setting ROWS[] = {
    {"format", LB_SETTING_CHOICE, offsetof(options, format), 0, 0, "table, csv or json", FORMATS},
};

/* What is printed of one file. */
typedef struct result {
    char model[128];
    lb_model_name name;
    char split[16];
    lb_classification score;
} result;

/* The figures, in the order of all formats. */
static const char *const METRICS[] = {
    "accuracy", "auroc", "auprc", "sensitivity", "specificity", "balanced_accuracy", "mcc"};
enum { METRIC_COUNT = sizeof METRICS / sizeof METRICS[0] };

static void
metrics_of(double out[METRIC_COUNT], const lb_classification *score)
{
    out[0] = score->accuracy;
    out[1] = score->auroc;
    out[2] = score->auprc;
    out[3] = score->sensitivity;
    out[4] = score->specificity;
    out[5] = score->balanced_accuracy;
    out[6] = score->mcc;
}

/* The file's name without folder and ending. */
static void
stem(char *out, size_t size, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    size_t length = dot != NULL && dot != name ? (size_t)(dot - name) : strlen(name);
    snprintf(out, size, "%.*s", (int)length, name);
}

static void
print_quoted(const char *text)
{
    putchar('"');
    for (const char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20) {
            printf("\\u%04x", (unsigned)(unsigned char)*c);
        } else {
            printf(*c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
        }
    }
    putchar('"');
}

static void
print_json(const result *one, bool first)
{
    double values[METRIC_COUNT];
    metrics_of(values, &one->score);
    printf("%s\n  {\"model\": ", first ? "" : ",");
    print_quoted(one->model);
    printf(", \"corpus\": ");
    print_quoted(one->name.corpus);
    printf(", \"degree\": ");
    print_quoted(one->name.degree);
    printf(", \"seed\": ");
    print_quoted(one->name.seed);
    printf(", \"split\": ");
    print_quoted(one->split);
    printf(", \"images\": %zu", one->score.images);
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        if (isfinite(values[i])) {
            printf(", \"%s\": %.9g", METRICS[i], values[i]);
        } else {
            printf(", \"%s\": null", METRICS[i]); /* JSON knows no NaN */
        }
    }
    putchar('}');
}

static void
print_csv(const result *one)
{
    double values[METRIC_COUNT];
    metrics_of(values, &one->score);
    const char *const texts[] = {one->model, one->name.corpus, one->name.degree, one->name.seed,
                                 one->split};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        lb_csv_field(stdout, texts[i]);
        putchar(',');
    }
    printf("%zu", one->score.images);
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        printf(",%.9g", values[i]);
    }
    putchar('\n');
}

static void
print_row(const result *one)
{
    double values[METRIC_COUNT];
    metrics_of(values, &one->score);
    printf("%-36.36s %6zu", one->model, one->score.images);
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        printf(" %11.3f", values[i]);
    }
    putchar('\n');
}

static void
print_header(size_t format)
{
    if (format == JSON) {
        putchar('[');
        return;
    }
    if (format == CSV) {
        printf("model,corpus,degree,seed,split,images");
    } else {
        printf("%-36s %6s", "model", "images");
    }
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        printf(format == CSV ? ",%s" : " %11.11s", METRICS[i]);
    }
    putchar('\n');
}

static lb_status
evaluate_one(result *out, const char *path, lb_error *err)
{
    lb_predictions predictions = {0};
    lb_status status = lb_predictions_load(&predictions, path, err);
    if (status == LB_OK) {
        status = lb_predictions_score(&out->score, &predictions, path, err);
    }
    if (status == LB_OK) {
        stem(out->model, sizeof out->model, path);
        out->name = predictions.name;
        memcpy(out->split, predictions.split, sizeof out->split);
    }
    lb_predictions_release(&predictions);
    return status;
}

static void
print_all(const result *results, size_t count, size_t format)
{
    print_header(format);
    for (size_t i = 0; i < count; i++) {
        if (format == JSON) {
            print_json(&results[i], i == 0);
        } else if (format == CSV) {
            print_csv(&results[i]);
        } else {
            print_row(&results[i]);
        }
    }
    if (format == JSON) {
        puts("\n]");
    }
}

lb_status
cmd_evaluate(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    options given = {.format = TABLE};
    result *results = NULL;
    const opt_spec spec = {.usage =
                               "lesionbench evaluate predictions.h5 ... [--format table|csv|json]",
                           .help = "Classification metrics; class 1 (irregular) is positive.",
                           .groups = {{LB_SETTING_TABLE(ROWS), &given}},
                           .min_operands = 1,
                           .max_operands = 100000};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        return LB_OK;
    }
    LB_ALLOC(results, operands);
    for (size_t i = 0; i < operands; i++) {
        LB_TRY(evaluate_one(&results[i], argv[i + 1], err));
    }
    print_all(results, operands, given.format);
cleanup:
    lb_free(results);
    return status;
}
