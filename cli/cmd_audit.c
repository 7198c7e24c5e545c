/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <math.h>
#include <string.h>

#include "lesionbench/audit_report.h"
#include "lesionbench/paths.h"

typedef struct options {
    const char *splits, *output, *models;
    double truth_threshold;
    size_t format, images, controls, control_split;
    bool strict;
} options;

static const char *const FORMATS[] = {"table", "json", NULL};
enum { TABLE, JSON };

static const lb_setting ROWS[] = {
    OPT_ROW(options, "splits", splits, LB_SETTING_LIST, "of train, validation, holdout"),
    {"truth_threshold", LB_SETTING_REAL, offsetof(options, truth_threshold), 0, 1,
     "a pixel is true from this share of its component's peak; 0: as in the file", NULL},
    OPT_ROW(options, "images", images, LB_SETTING_SIZE,
            "max images of each split, the first ones; 0: all"),
    OPT_ROW(options, "controls", controls, LB_SETTING_SIZE,
            "images to score the controls on; 0: none"),
    {"control_split", LB_SETTING_CHOICE, offsetof(options, control_split), 0, 0,
     "where they are taken from", OPT_SPLITS},
    OPT_ROW(options, "models", models, LB_SETTING_LIST,
            "whether their training saw subjects of the holdout; of a study, all pre-trained ones"),
    OPT_ROW(options, "strict", strict, LB_SETTING_FLAG, "warnings fail too"),
    {"format", LB_SETTING_CHOICE, offsetof(options, format), 0, 0, "table or json", FORMATS},
    OPT_ROW(options, "output", output, LB_SETTING_TEXT, "audit.json to write besides"),
};

static const char *const TITLES[] = {
    "a  classifiers that know no shapes, cross-validated by subject",
    "b  straight edges around the lesions, as compositing leaves them",
    "c  distributions by class: the chance that an irregular image has more than a round one",
    "d  what is in two splits, and which holdout subjects a pre-trained model has seen",
    "e  balance of the labels",
    "f  values that cannot be",
    "g  controls as explanations: median and quartiles of TPR",
};

static void
print_number(double value, int width, int digits)
{
    if (isnan(value)) {
        printf(" %*s", width, "");
    } else {
        printf(" %*.*f", width, digits, value);
    }
}

static void
print_p(double p)
{
    if (isnan(p)) {
        printf(" %8s", "");
    } else if (p > 0 && p < 0.001) {
        printf(" %8.0e", p);
    } else {
        printf(" %8.3f", p);
    }
}

static cli_ink
ink_of(lb_verdict verdict)
{
    return verdict == LB_VERDICT_FAIL      ? CLI_BAD
           : verdict == LB_VERDICT_WARNING ? CLI_DOUBTFUL
           : verdict == LB_VERDICT_PASS    ? CLI_GOOD
                                           : CLI_PLAIN;
}

static void
print_check(const lb_check *check, bool strict)
{
    int digits = isnan(check->low) ? 0 : 3;
    printf("  %-29s", check->name);
    print_number(check->value, 8, digits);
    print_number(check->low, 8, 3);
    print_number(check->high, 6, 3);
    print_number(check->chance, 6, digits);
    print_number(check->limit, 6, digits);
    print_p(check->p);
    fputs("  ", stdout);
    cli_print(ink_of(check->verdict), 7, lb_verdict_name(check->verdict));
    printf("%s%s\n", check->note[0] != '\0' ? "  " : "", check->note);
    if (check->verdict == LB_VERDICT_FAIL || (strict && check->verdict == LB_VERDICT_WARNING)) {
        printf("    remedy: %s\n", check->remedy);
    }
}

static void
print_part(const lb_audit *audit, int part, bool strict)
{
    bool any = false;
    for (size_t i = 0; i < audit->count; i++) {
        if (audit->checks[i].part != part) {
            continue;
        }
        if (!any) {
            printf("%s\n", TITLES[part - 'a']);
        }
        any = true;
        print_check(audit->checks + i, strict);
    }
}

static void
print_table(const lb_audit *audit, const char *path, bool strict)
{
    size_t images = audit->images[0] + audit->images[1] + audit->images[2];
    printf("%s: protocol %s, %zu images", path,
           audit->protocol[0] != '\0' ? audit->protocol : "unknown", images);
    if (audit->subjects > 0) {
        printf(" of %zu subjects", audit->subjects);
    }
    printf("\n\n  %-29s %8s %8s %6s %6s %6s %8s  %s\n", "", "value", "low", "high", "chance",
           "limit", "p", "verdict");
    for (int part = 'a'; part <= 'g'; part++) {
        print_part(audit, part, strict);
    }
}

static void
print_verdict(const lb_audit *audit, bool failed)
{
    size_t tally[LB_VERDICT_FAIL + 1];
    for (int v = LB_VERDICT_SKIPPED; v <= LB_VERDICT_FAIL; v++) {
        tally[v] = lb_audit_tally(audit, (lb_verdict)v);
    }
    fputs("\nverdict: ", stdout);
    cli_print(failed ? CLI_BAD : CLI_GOOD, 0, failed ? "fail" : "pass");
    printf(" (%zu checks: %zu failed, %zu warnings, %zu passed, %zu skipped)\n", audit->count,
           tally[LB_VERDICT_FAIL], tally[LB_VERDICT_WARNING], tally[LB_VERDICT_PASS],
           tally[LB_VERDICT_SKIPPED]);
}

static lb_status
read_splits(cli *self, bool out[LB_SPLITS], const char *text, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    LB_TRY(lb_list_parse(&list, text, err));
    memset(out, 0, LB_SPLITS * sizeof *out);
    for (size_t i = 0; i < list.count; i++) {
        size_t split = 0;
        while (split < LB_SPLITS && strcmp(list.items[i], OPT_SPLITS[split]) != 0) {
            split++;
        }
        if (split == LB_SPLITS) {
            LB_TRY(opt_unknown(self, "split", list.items[i], OPT_SPLITS, LB_SPLITS, err));
        }
        out[split] = true;
    }
cleanup:
    lb_list_release(&list);
    return status;
}

static lb_status
print_audit(const lb_audit *audit, const options *given, const char *path, bool failed,
            lb_error *err)
{
    if (given->format == TABLE) {
        print_table(audit, path, given->strict);
        print_verdict(audit, failed);
        return LB_OK;
    }
    char *text = NULL;
    lb_status status = lb_audit_json(&text, audit, path, err);
    if (status == LB_OK) {
        puts(text);
        lb_free(text);
    }
    return status;
}

/* The outcome as the exit code has it: the failed checks' names. */
static lb_status
fail_audit(const lb_audit *audit, const options *given, const char *path, lb_error *err)
{
    char names[512] = "";
    for (size_t i = 0, used = 0; i < audit->count; i++) {
        lb_verdict verdict = audit->checks[i].verdict;
        bool failed =
            verdict == LB_VERDICT_FAIL || (given->strict && verdict == LB_VERDICT_WARNING);
        if (failed && used + sizeof audit->checks[i].name + 8 < sizeof names) {
            used += (size_t)snprintf(names + used, sizeof names - used, "%s(%c) %s",
                                     used > 0 ? ", " : "", audit->checks[i].part,
                                     audit->checks[i].name);
        }
    }
    return lb_fail(err, LB_ERROR_NUMERIC, "%s: fails the audit: %s", path, names);
}

/* The models named or, where none is and the operand is a study's folder, its pre-trained ones. */
static lb_status
audit_models(lb_audit *audit, const options *given, const char *folder, const char *data,
             lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    if (given->models == NULL) {
        return folder != NULL ? lb_audit_study(audit, folder, err) : LB_OK;
    }
    LB_TRY(lb_list_parse(&list, given->models, err));
    for (size_t i = 0; i < list.count; i++) {
        LB_TRY(lb_audit_model(audit, data, list.items[i], list.items[i], err));
    }
cleanup:
    lb_list_release(&list);
    return status;
}

static lb_status
run_audit(lb_audit *audit, const lb_audit_options *todo, const options *given, const char *folder,
          const char *data, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_audit_data(audit, data, todo, context, err));
    LB_TRY(audit_models(audit, given, folder, data, err));
    if (todo->control_images > 0) {
        LB_TRY(lb_audit_controls(audit, data, todo, context, err));
    }
cleanup:
    return status;
}

lb_status
cmd_audit(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    char *data = NULL;
    bool study = false;
    lb_audit audit = {.count = 0};
    lb_audit_options todo;
    lb_audit_defaults(&todo);
    options given = {.controls = todo.control_images, .control_split = todo.control_split};
    const opt_spec spec = {
        .usage = "lesionbench audit dataset.h5|STUDY_FOLDER [options] [-o audit.json]",
        .help =
            "Checks a dataset for shortcuts: labels or ground truth predictable from cues other\n"
            "than lesion shape, and subjects that are in two splits. For a study folder also\n"
            "checks whether a pre-trained model was trained on subjects of the holdout.\n"
            "Exit code 1 if a check fails; warnings alone give 0, unless --strict.",
        .groups = {{LB_SETTING_TABLE(ROWS), &given}},
        .min_operands = 1,
        .max_operands = 1};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        return LB_OK;
    }
    if (given.splits != NULL) {
        LB_TRY(read_splits(self, todo.splits, given.splits, err));
    }
    todo.truth_threshold = given.truth_threshold;
    todo.images = given.images;
    todo.control_images = given.controls;
    todo.control_split = given.control_split;
    LB_TRY(lb_path_is_folder(&study, argv[1], err));
    data = study ? lb_format(err, "%s/dataset.h5", argv[1]) : lb_strdup(argv[1], err);
    LB_TRY(data == NULL ? err->code : LB_OK);
    LB_TRY(run_audit(&audit, &todo, &given, study ? argv[1] : NULL, data, &self->context, err));
    bool failed = lb_audit_tally(&audit, LB_VERDICT_FAIL) > 0 ||
                  (given.strict && lb_audit_tally(&audit, LB_VERDICT_WARNING) > 0);
    if (given.output != NULL) {
        LB_TRY(lb_audit_write(&audit, data, given.output, err));
    }
    cli_clear_progress(self);
    LB_TRY(print_audit(&audit, &given, data, failed, err));
    cli_result(self, "%s: passes the audit: %zu checks, %zu warnings", data, audit.count,
               lb_audit_tally(&audit, LB_VERDICT_WARNING));
    status = failed ? fail_audit(&audit, &given, data, err) : LB_OK;
cleanup:
    lb_audit_release(&audit);
    lb_free(data);
    return status;
}
