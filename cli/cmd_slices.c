/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

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
read_size(cli *self, options *given, lb_error *err)
{
    char text[32];
    uint64_t height = 0, width = 0;
    snprintf(text, sizeof text, "%s", given->size);
    char *x = strchr(text, 'x');
    if (x != NULL) {
        *x = '\0';
    }
    if (x == NULL || lb_parse_u64(&height, text, 16, 4096, err) != LB_OK ||
        lb_parse_u64(&width, x + 1, 16, 4096, err) != LB_OK) {
        return opt_wrong(self, err, "--size: '%s' is not like 260x311 (16 to 4096)", given->size);
    }
    given->cohort.height = (size_t)height;
    given->cohort.width = (size_t)width;
    return LB_OK;
}

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
        LB_TRY(read_size(self, &given, err));
    }
    if (!opt_given(argc, argv, "--voxel")) {
        given.cohort.voxel = lb_cohort_voxel(given.cohort.height, given.cohort.width);
    }
    LB_TRY(lb_slices_simulate(&given.cohort, given.output, &self->context, err));
cleanup:
    return status;
}

lb_status
cmd_slices(cli *self, int argc, char **argv, lb_error *err)
{
    static const char *const KINDS[] = {"simulate"};
    if (argc >= 2 && (strcmp(argv[1], KINDS[0]) == 0 || strcmp(argv[1], "--help") == 0 ||
                      strcmp(argv[1], "-h") == 0)) {
        bool named = strcmp(argv[1], KINDS[0]) == 0;
        return simulate(self, named ? argc - 1 : argc, named ? argv + 1 : argv, err);
    }
    if (argc < 2) {
        return opt_wrong(self, err, "slices: what to do is missing: simulate");
    }
    return opt_unknown(self, "kind of slices", argv[1], KINDS, 1, err);
}
