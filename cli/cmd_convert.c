/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

#include "lesionbench/convert.h"
#include "lesionbench/network.h"

static bool
ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* A model of any format as float32 under torchvision's names. */
static lb_status
convert_model(cli *self, const char *in, const char *out, lb_error *err)
{
    lb_network *network = NULL;
    lb_status status = lb_network_load(&network, in, err);
    if (status == LB_OK) {
        cli_note_ignored(self, in);
        status = lb_network_save(network, out, err);
    }
    lb_network_free(network);
    return status;
}

lb_status
cmd_convert(cli *self, int argc, char **argv, lb_error *err)
{
    size_t operands = 0;
    const opt_spec spec = {
        .usage = "lesionbench convert IN OUT",
        .help =
            "M.pth, M.pt or M.safetensors to N.safetensors: a VGG under torchvision's or timm's\n"
            "names as float32 under torchvision's, its architecture in the metadata.\n"
            "X.npy to X.h5 (dataset `data`); X.pkl to X.npy, where it holds one array; X.pkl to\n"
            "X.h5: lists, tuples and dicts as groups, arrays, numbers and texts as datasets.\n"
            "Pickles, and those in PyTorch's files, are read without running their code.",
        .min_operands = 2,
        .max_operands = 2};
    lb_status status = opt_parse(&operands, self, &spec, argc, argv, err);
    if (status != LB_OK || self->help) {
        return status;
    }
    if (strcmp(argv[1], argv[2]) == 0) {
        return opt_wrong(self, err, "IN and OUT are the same file: %s", argv[1]);
    }
    if (ends_with(argv[2], ".safetensors")) {
        status = convert_model(self, argv[1], argv[2], err);
    } else {
        status = lb_convert(argv[1], argv[2], &self->context, err);
    }
    if (status == LB_OK) {
        cli_result(self, "%s: made of %s", argv[2], argv[1]);
    }
    return status;
}
