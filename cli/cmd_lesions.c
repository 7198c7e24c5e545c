/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "lesionbench/lesions.h"

typedef struct options {
    lb_lesion_options lesions;
    bool import;
    const char *output;
} options;

static const lb_setting ROWS[] = {
    OPT_ROW(options, "import", import, LB_SETTING_FLAG,
            "take the lesions of two pickles of the study, ROUND.pkl IRREGULAR.pkl"),
    OPT_ROW(options, "output", output, LB_SETTING_TEXT, "lesions.h5 to write"),
};

/* The first option on the line that says how lesions are made, "" where there is none. Asked before
 * the line is parsed, which moves the operands. */
static void
find_making_option(char *out, size_t size, int argc, char **argv)
{
    lb_setting_table table = lb_lesion_settings();
    out[0] = '\0';
    for (size_t i = 0; i < table.count; i++) {
        char name[80];
        snprintf(name, sizeof name, "--%s", table.settings[i].key);
        for (char *c = name; *c != '\0'; c++) {
            *c = *c == '_' ? '-' : *c;
        }
        if (opt_given(argc, argv, name)) {
            snprintf(out, size, "%s", name);
        }
    }
}

static lb_status
check_usage(cli *self, const options *given, size_t operands, char **argv, const char *making,
            lb_error *err)
{
    if (!given->import && operands > 0) {
        return opt_wrong(self, err, "'%s' is one argument too many", argv[1]);
    }
    if (given->import && operands != 2) {
        return opt_wrong(self, err, "--import needs two files: ROUND.pkl IRREGULAR.pkl");
    }
    if (given->import && making[0] != '\0') {
        return opt_wrong(self, err, "%s says how lesions are made, but --import takes made ones",
                         making);
    }
    return opt_need(self, given->output, "-o", err);
}

static void
say_result(cli *self, const char *output, const lb_lesion_library *library)
{
    cli_result(self, "%s: %zu round and %zu irregular lesions, %zu distractors", output,
               library->count[LB_ROUND], library->count[LB_IRREGULAR],
               library->count[LB_DISTRACTOR]);
}

static lb_status
import(cli *self, const char *round, const char *irregular, const char *output, lb_error *err)
{
    lb_status status = LB_OK;
    lb_lesion_library library = {0};
    LB_TRY(lb_lesions_import(&library, round, irregular, err));
    LB_TRY(lb_lesions_save(&library, NULL, output, &self->context, err));
    printf("%zu round and %zu irregular lesions taken\n", library.count[LB_ROUND],
           library.count[LB_IRREGULAR]);
    say_result(self, output, &library);
cleanup:
    lb_lesions_release(&library);
    return status;
}

lb_status
cmd_lesions(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    char making[80];
    options given = {.output = NULL};
    lb_lesion_library library = {0};
    find_making_option(making, sizeof making, argc, argv);
    lb_lesion_defaults(&given.lesions);
    const opt_spec spec = {
        .usage = "lesionbench lesions [options] -o lesions.h5\n"
                 "       lesionbench lesions --import ROUND.pkl IRREGULAR.pkl -o lesions.h5",
        .help = "Round and irregular lesions, cut from thresholded noise by the rules of the study "
                "of\nOliveira et al. 2024.",
        .groups = {{lb_lesion_settings(), &given.lesions}, {LB_SETTING_TABLE(ROWS), &given}},
        .max_operands = 2};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        return LB_OK;
    }
    LB_TRY(check_usage(self, &given, operands, argv, making, err));
    if (given.import) {
        return import(self, argv[1], argv[2], given.output, err);
    }
    LB_TRY(lb_lesions_generate(&library, &given.lesions, &self->context, err));
    LB_TRY(lb_lesions_save(&library, &given.lesions, given.output, &self->context, err));
    printf("%zu round and %zu irregular lesions found up to seed %u; %zu and %zu kept\n",
           library.found[LB_ROUND], library.found[LB_IRREGULAR], (unsigned)library.last_seed,
           library.count[LB_ROUND], library.count[LB_IRREGULAR]);
    say_result(self, given.output, &library);
cleanup:
    lb_lesions_release(&library);
    return status;
}
