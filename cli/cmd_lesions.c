/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "lesionbench/lesions.h"

typedef struct options {
    lb_lesion_options lesions;
    const char *output;
} options;

static const lb_setting ROWS[] = {
    OPT_ROW(options, "output", output, LB_SETTING_TEXT, "lesions.h5 to write"),
};

lb_status
cmd_lesions(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    options given = {.output = NULL};
    lb_lesion_library library = {0};
    lb_lesion_defaults(&given.lesions);
    const opt_spec spec = {
        .usage = "lesionbench lesions [options] -o lesions.h5",
        .help = "Round and irregular lesions, cut from thresholded noise by the rules of the study "
                "of\nOliveira et al. 2024.",
        .groups = {{lb_lesion_settings(), &given.lesions}, {LB_SETTING_TABLE(ROWS), &given}}};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        return LB_OK;
    }
    LB_TRY(opt_need(self, given.output, "-o", err));
    LB_TRY(lb_lesions_generate(&library, &given.lesions, &self->context, err));
    LB_TRY(lb_lesions_save(&library, &given.lesions, given.output, &self->context, err));
    printf("%zu round and %zu irregular lesions found up to seed %u; %zu and %zu kept\n",
           library.found[LB_ROUND], library.found[LB_IRREGULAR], (unsigned)library.last_seed,
           library.count[LB_ROUND], library.count[LB_IRREGULAR]);
cleanup:
    lb_lesions_release(&library);
    return status;
}
