/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

#include "lesionbench/import_settings.h"
#include "lesionbench/slices.h"

typedef struct options {
    lb_cohort_options cohort;
    const char *size, *output;
} options;

static const lb_setting ROWS[] = {
    OPT_ROW(options, "size", size, LB_SETTING_TEXT, "rows x columns, like 260x311"),
    OPT_ROW(options, "output", output, LB_SETTING_TEXT, "slices.h5 to write"),
};

static lb_status
simulate(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    options given = {.size = NULL};
    lb_cohort_defaults(&given.cohort);
    const opt_spec spec = {
        .usage = "lesionbench slices simulate --template NIFTI --subjects N [options] -o slices.h5",
        .help = "A cohort made from one real scan: each subject a smooth deformation of the volume "
                "with its\nown size, contrast, bias field and noise. Males' heads are larger.\n"
                "Without --voxel, a smaller grid has larger pixels and so shows the same.",
        .groups = {{lb_cohort_settings(), &given.cohort}, {LB_SETTING_TABLE(ROWS), &given}}};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        return LB_OK;
    }
    LB_TRY(opt_need(self, given.output, "-o", err));
    LB_TRY(opt_need(self, given.cohort.template_path, "--template", err));
    if (given.size != NULL) {
        if (lb_parse_size(&given.cohort.height, &given.cohort.width, given.size, err) != LB_OK) {
            self->wrong_usage = true;
            LB_TRY(lb_fail_context(err, "--size"));
        }
    }
    if (!opt_given(argc, argv, "--voxel")) {
        given.cohort.voxel = lb_cohort_voxel(given.cohort.height, given.cohort.width);
    }
    LB_TRY(lb_slices_simulate(&given.cohort, given.output, &self->context, err));
    cli_result(self, "%s: %zu slices of %zu simulated subjects, %zu x %zu", given.output,
               given.cohort.subjects * given.cohort.slices_per_subject, given.cohort.subjects,
               given.cohort.height, given.cohort.width);
cleanup:
    return status;
}

typedef struct import_options {
    lb_import_request request;
    const char *output;
} import_options;

static const lb_setting IMPORT_ROWS[] = {
    OPT_ROW(import_options, "output", output, LB_SETTING_TEXT, "slices.h5 to write"),
};

static void
say(void *data, const char *line)
{
    (void)data;
    fprintf(stderr, "%s\n", line);
}

/* The options' names in the place of the settings'. */
static lb_status
settle(cli *self, lb_import_request *request, lb_error *err)
{
    char option[64];
    const char *key = NULL;
    lb_status status = lb_import_settle(request, &key, err);
    if (status != LB_ERROR_ARGUMENT) {
        return status;
    }
    self->wrong_usage = true;
    snprintf(option, sizeof option, "%s", key);
    for (char *c = option; *c != '\0'; c++) {
        *c = *c == '_' ? '-' : *c;
    }
    return lb_fail_context(err, "--%s", option);
}

static lb_status
import(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    import_options given = {.output = NULL};
    lb_import_report report = {0};
    lb_import_options *wanted = &given.request.import;
    lb_import_request_defaults(&given.request);
    const opt_spec spec = {
        .usage = "lesionbench slices import PATH... [options] -o slices.h5",
        .help = "Slices of real scans. PATH: NIfTI files (.nii, .nii.gz, .hdr with .img), a BIDS "
                "folder, an HCP\nfolder, arrays of slices (.npy, slices_*.pkl), in any mixture.\n"
                "Volumes are turned to RAS and, unless their voxels fit already, resampled.",
        .groups = {{lb_import_settings(), &given.request}, {LB_SETTING_TABLE(IMPORT_ROWS), &given}},
        .max_operands = SIZE_MAX};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        return LB_OK;
    }
    if (operands == 0) {
        LB_TRY(opt_wrong(self, err, "what to import is missing: %s", spec.usage));
    }
    LB_TRY(opt_need(self, given.output, "-o", err));
    LB_TRY(settle(self, &given.request, err));
    wanted->paths = (const char *const *)(argv + 1);
    wanted->path_count = operands;
    LB_TRY(lb_slices_import(&report, wanted, given.output, &self->context, err));
    cli_clear_progress(self);
    lb_import_report_say(&report, wanted, say, NULL);
    printf("slices: %zu, subjects: %zu, files: %zu\n", report.slices, report.subjects,
           report.volumes + report.arrays);
    cli_result(self, "%s: %zu slices of %zu subjects", given.output, report.slices,
               report.subjects);
cleanup:
    lb_import_report_release(&report);
    lb_import_request_release(&given.request);
    return status;
}

lb_status
cmd_slices(cli *self, int argc, char **argv, lb_error *err)
{
    static const char *const KINDS[] = {"simulate", "import"};
    if (argc < 2) {
        return opt_wrong(self, err, "slices: what to do is missing: simulate or import");
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        lb_status status = simulate(self, argc, argv, err);
        putchar('\n');
        return status == LB_OK ? import(self, argc, argv, err) : status;
    }
    if (strcmp(argv[1], KINDS[0]) == 0) {
        return simulate(self, argc - 1, argv + 1, err);
    }
    if (strcmp(argv[1], KINDS[1]) == 0) {
        return import(self, argc - 1, argv + 1, err);
    }
    return opt_unknown(self, "kind of slices", argv[1], KINDS, 2, err);
}
