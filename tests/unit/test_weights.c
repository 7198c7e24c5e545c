/* SPDX-License-Identifier: MIT */
/* Weights in all formats: element types, views, names, what fits a network and what does not. */
#include <math.h>

#include "torch_testing.h"

#include "lesionbench/network.h"
#include "lesionbench/safetensors.h"
#include "lesionbench/weights.h"

/* Writes the bytes to a file of the test's folder, whose path it returns, and frees them. */
static char *
write_file(void **state, const char *name, test_bytes *bytes)
{
    char *path = test_path(state, name);
    test_write_bytes(path, bytes->data, bytes->size);
    free(bytes->data);
    *bytes = (test_bytes){0};
    return path;
}

/* The same state dict in both of PyTorch's formats. */
static char *
write_torch(void **state, bool legacy, const test_tensor *tensors, size_t count)
{
    test_bytes bytes = {0};
    if (legacy) {
        test_put_torch_legacy(&bytes, tensors, count);
    } else {
        test_put_torch_zip(&bytes, tensors, count);
    }
    return write_file(state, legacy ? "it.pth" : "it.pt", &bytes);
}

/* IEEE 754 binary16, from its definition. */
static double
half_value(unsigned bits)
{
    int exponent = (int)(bits >> 10 & 31);
    double fraction = bits & 1023, sign = (bits & 0x8000) != 0 ? -1 : 1;
    if (exponent == 31) {
        return fraction > 0 ? NAN : sign * INFINITY;
    }
    return sign * (exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25));
}

static void
assert_value(float got, double want, unsigned bits)
{
    if (isnan(want) ? !isnan(got)
                    : (double)got != want || (signbit(got) != 0) != (signbit(want) != 0)) {
        fail_msg("%#x is read as %a, not %a", bits, (double)got, want);
    }
}

enum { PATTERNS = 65536 };

static void
all_halves_and_bfloats(void **state)
{
    static uint16_t patterns[PATTERNS];
    static float out[PATTERNS];
    for (size_t i = 0; i < PATTERNS; i++) {
        patterns[i] = (uint16_t)i;
    }
    const test_tensor tensors[] = {
        {"half", "Half", "0", PATTERNS, 0, 1, {PATTERNS}, {1}, patterns, sizeof patterns, NULL},
        {"b", "BFloat16", "1", PATTERNS, 0, 1, {PATTERNS}, {1}, patterns, sizeof patterns, NULL}};
    for (int legacy = 0; legacy < 2; legacy++) {
        lb_error err;
        lb_weights *weights = NULL;
        char *path = write_torch(state, legacy == 1, tensors, 2);
        assert_ok(lb_weights_open(&weights, path, &err));
        assert_string_equal(lb_weights_at(weights, 0)->type, "float16");
        assert_ok(lb_weights_read(out, weights, lb_weights_at(weights, 0), &err));
        for (unsigned i = 0; i < PATTERNS; i++) {
            assert_value(out[i], half_value(i), i);
        }
        assert_string_equal(lb_weights_at(weights, 1)->type, "bfloat16");
        assert_ok(lb_weights_read(out, weights, lb_weights_at(weights, 1), &err));
        for (uint32_t i = 0; i < PATTERNS; i++) {
            float want = 0;
            uint32_t bits = i << 16;
            memcpy(&want, &bits, sizeof want);
            assert_value(out[i], (double)want, i);
        }
        lb_weights_close(weights);
        lb_free(path);
    }
}

/* Two axes turned, gaps, one storage for two tensors, a scalar, an empty one, doubles. */
static void
views(void **state)
{
    const float numbers[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    const double doubles[3] = {1 + 0x1p-24, 1e300, -0.1};
    const float turned[6] = {1, 5, 9, 3, 7, 11};
    const test_tensor tensors[] = {
        {"turned", "Float", "7", 12, 1, 2, {2, 3}, {2, 4}, numbers, sizeof numbers, NULL},
        {"scalar", "Float", "7", 12, 11, 0, {0}, {0}, numbers, sizeof numbers, NULL},
        {"empty", "Float", "7", 12, 12, 2, {3, 0}, {1, 1}, numbers, sizeof numbers, NULL},
        {"rest", "Float", "7", 12, 8, 3, {1, 4, 1}, {99, 1, 77}, numbers, sizeof numbers, NULL},
        {"double", "Double", "k", 3, 0, 1, {3}, {1}, doubles, sizeof doubles, NULL},
        {"long", "Long", "k2", 3, 0, 1, {3}, {1}, doubles, sizeof doubles, NULL}};
    for (int legacy = 0; legacy < 2; legacy++) {
        lb_error err;
        lb_weights *weights = NULL;
        float out[6];
        char *path = write_torch(state, legacy == 1, tensors, 6);
        assert_ok(lb_weights_open(&weights, path, &err));
        assert_int_equal(lb_weights_format_of(weights),
                         legacy == 1 ? LB_WEIGHTS_TORCH_LEGACY : LB_WEIGHTS_TORCH_ZIP);
        assert_int_equal(lb_weights_count(weights), 6);
        assert_null(lb_weights_at(weights, 6));
        assert_null(lb_weights_find(weights, "none"));
        assert_null(lb_weights_metadata(weights, "architecture"));
        assert_ok(lb_weights_read(out, weights, lb_weights_find(weights, "turned"), &err));
        assert_memory_equal(out, turned, sizeof turned);
        assert_ok(lb_weights_read(out, weights, lb_weights_find(weights, "scalar"), &err));
        assert_true(out[0] == 11);
        assert_ok(lb_weights_read(out, weights, lb_weights_find(weights, "empty"), &err));
        assert_ok(lb_weights_read(out, weights, lb_weights_find(weights, "rest"), &err));
        assert_memory_equal(out, numbers + 8, 4 * sizeof *out);
        assert_ok(lb_weights_read(out, weights, lb_weights_find(weights, "double"), &err));
        assert_true(out[0] == 1 && isinf(out[1]) && out[2] == -0.1F);
        assert_false(lb_weights_is_real(lb_weights_find(weights, "long")));
        assert_int_equal(lb_weights_read(out, weights, lb_weights_find(weights, "long"), &err),
                         LB_ERROR_UNSUPPORTED);
        assert_message(&err, "\"long\" is of type int64");
        lb_weights_close(weights);
        lb_free(path);
    }
}

static void
safetensors_of_other_types(void **state)
{
    lb_error err;
    lb_weights *weights = NULL;
    test_bytes bytes = {0};
    const char *header =
        "{\"__metadata__\":{\"by\":\"hand\"},"
        "\"model.h\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},"
        "\"model.d\":{\"dtype\":\"F64\",\"shape\":[1,1],\"data_offsets\":[4,12]},"
        "\"model.b\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[12,14]},"
        "\"model.e\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[14,15]}}";
    const double number = -0.1;
    float out[2];
    test_put_number(&bytes, strlen(header), 8);
    test_put_text(&bytes, header);
    test_put(&bytes, "\x00\x3c\x01\x80", 4);
    test_put(&bytes, &number, sizeof number);
    test_put(&bytes, "\x20\xc0x", 3);
    char *path = write_file(state, "it.bin", &bytes);
    assert_ok(lb_weights_open(&weights, path, &err));
    assert_int_equal(lb_weights_format_of(weights), LB_WEIGHTS_SAFETENSORS);
    assert_ok(lb_weights_read(out, weights, lb_weights_find(weights, "h"), &err));
    assert_true(out[0] == 1 && out[1] == -0x1p-24F);
    assert_ok(lb_weights_read(out, weights, lb_weights_find(weights, "d"), &err));
    assert_true(out[0] == -0.1F);
    assert_ok(lb_weights_read(out, weights, lb_weights_find(weights, "b"), &err));
    assert_true(out[0] == -2.5F);
    assert_string_equal(lb_weights_find(weights, "e")->type, "F8_E4M3");
    assert_false(lb_weights_is_real(lb_weights_find(weights, "e")));
    assert_string_equal(lb_weights_metadata(weights, "by"), "hand");
    lb_weights_close(weights);
    lb_free(path);
}

enum { PARAMETERS = 22 }; /* of VGG-11 */

/* A small VGG-11 as the tensors of a state dict, whose names are kept in `names`. */
static lb_network *
small_network(test_tensor tensors[PARAMETERS], char names[PARAMETERS][64], const char *prefix)
{
    static char keys[PARAMETERS][8];
    lb_error err;
    lb_architecture architecture;
    lb_network *network = NULL;
    assert_ok(lb_architecture_init(&architecture, "vgg11", 1.0 / 64, 5, &err));
    assert_ok(lb_network_create(&network, &architecture, 3, &err));
    assert_int_equal(lb_network_parameters(network), PARAMETERS);
    for (size_t i = 0; i < PARAMETERS; i++) {
        const lb_parameter *from = lb_network_parameter(network, i);
        snprintf(names[i], sizeof names[i], "%s%s", prefix, from->name);
        snprintf(keys[i], sizeof keys[i], "%zu", i);
        tensors[i] = test_tensor_of(from, names[i], keys[i]);
    }
    return network;
}

static void
assert_same_network(lb_network *a, lb_network *b)
{
    assert_int_equal(lb_network_parameters(a), lb_network_parameters(b));
    for (size_t i = 0; i < lb_network_parameters(a); i++) {
        const lb_parameter *x = lb_network_parameter(a, i), *y = lb_network_parameter(b, i);
        assert_string_equal(x->name, y->name);
        assert_int_equal(x->count, y->count);
        assert_memory_equal(x->value, y->value, x->count * sizeof(float));
    }
}

/* timm keeps the dense layers as convolutions, under other names. */
static void
rename_as_timm(test_tensor tensors[PARAMETERS], char names[PARAMETERS][64])
{
    static const char *const TIMM[] = {"pre_logits.fc1.weight", "pre_logits.fc1.bias",
                                       "pre_logits.fc2.weight", "pre_logits.fc2.bias",
                                       "head.fc.weight",        "head.fc.bias"};
    for (size_t i = 0; i < 6; i++) {
        snprintf(names[PARAMETERS - 6 + i], sizeof names[0], "%s", TIMM[i]);
    }
    test_tensor *first = &tensors[PARAMETERS - 6], *second = &tensors[PARAMETERS - 4];
    first->rank = 4;
    first->shape[1] /= 49;
    first->shape[2] = first->shape[3] = 7;
    first->strides[1] = 49, first->strides[2] = 7, first->strides[3] = 1;
    second->rank = 4;
    second->shape[2] = second->shape[3] = 1;
    second->strides[1] = second->strides[2] = second->strides[3] = 1;
}

static void
networks_of_both_formats_and_namings(void **state)
{
    static const char *const PREFIXES[] = {"",           "module.", "_orig_mod.module.",
                                           "model.vgg.", "",        "timm_model."};
    test_tensor tensors[PARAMETERS];
    char names[PARAMETERS][64];
    for (int form = 0; form < 12; form++) {
        lb_error err;
        lb_network *read = NULL;
        bool timm = form >= 8;
        lb_network *network = small_network(tensors, names, timm ? "" : PREFIXES[form / 2]);
        if (timm) {
            rename_as_timm(tensors, names);
            for (size_t i = 0; i < PARAMETERS; i++) {
                char name[64];
                snprintf(name, sizeof name, "%s%.40s", PREFIXES[form / 2], tensors[i].name);
                memcpy(names[i], name, sizeof name);
                tensors[i].name = names[i];
            }
        }
        char *path = write_torch(state, form % 2 == 1, tensors, PARAMETERS);
        assert_ok(lb_network_load(&read, path, &err));
        assert_int_equal(lb_network_architecture(read)->depth, 11);
        assert_int_equal(lb_network_architecture(read)->classes, 5);
        assert_same_network(network, read);
        lb_network_free(network);
        lb_network_free(read);
        lb_free(path);
    }
}

/* Refuses the small network with its tensors changed; the message has all parts. */
static void
refuse_network(void **state, const test_tensor *tensors, size_t count, const char *const *parts)
{
    lb_error err = {0};
    lb_network *network = NULL;
    char *path = write_torch(state, true, tensors, count);
    assert_int_equal(lb_network_load(&network, path, &err) == LB_OK, false);
    assert_null(network);
    for (size_t i = 0; parts[i] != NULL; i++) {
        assert_message(&err, parts[i]);
    }
    lb_free(path);
}

static void
all_that_does_not_fit_is_named(void **state)
{
    test_tensor tensors[PARAMETERS + 1];
    char names[PARAMETERS][64];
    lb_network *network = small_network(tensors, names, "");
    static const char counts[] =
        "does not fit VGG-11 (1 missing, 1 unknown, 2 of another shape, 1 of "
        "another type): ";
    tensors[1].name = "features.0.bass";
    tensors[6].shape[0] = 1;
    tensors[5].rank = 0;
    tensors[7].type = "Int";
    refuse_network(state, tensors, PARAMETERS,
                   (const char *const[]){counts, "missing features.0.bias",
                                         "features.8.weight is 1x4x3x3 instead of 4x4x3x3",
                                         "features.6.bias is  instead of 4",
                                         "features.8.bias is of type int32",
                                         "unknown features.0.bass", NULL});
    lb_network_free(network);

    network = small_network(tensors, names, "");
    for (size_t i = 0; i < PARAMETERS; i++) {
        if (tensors[i].rank == 1) {
            snprintf(names[i] + strlen(names[i]) - 4, 40, "%s", "of_a_name_that_is_long");
        }
    }
    refuse_network(state, tensors, PARAMETERS,
                   (const char *const[]){"missing features.0.bias", "missing classifier.6.bias",
                                         "unknown features.0.of_a_name", ", and ", " more", NULL});
    lb_network_free(network);

    /* Depth and width are told without them. */
    network = small_network(tensors, names, "");
    tensors[8].name = "features.11.weights";
    tensors[PARAMETERS - 6].name = "classifier.0.weights";
    tensors[PARAMETERS - 5].name = "classifier.0.biases";
    tensors[PARAMETERS - 2].name = "fc.weight";
    refuse_network(state, tensors, PARAMETERS,
                   (const char *const[]){
                       "does not fit VGG-11 (4 missing, 4 unknown): ", "missing features.11.weight",
                       "missing classifier.0.weight", "missing classifier.6.weight",
                       "unknown features.11.weights", "unknown classifier.0.weights",
                       "unknown fc.weight", NULL});
    lb_network_free(network);

    network = small_network(tensors, names, "");
    lb_network_parameter(network, 3)->value[1] = NAN;
    lb_network_parameter(network, 8)->value[0] = INFINITY;
    refuse_network(state, tensors, PARAMETERS,
                   (const char *const[]){"features.3.bias has values that are not finite",
                                         "features.11.weight has values that", NULL});
    lb_network_free(network);

    network = small_network(tensors, names, "");
    tensors[PARAMETERS] = tensors[1];
    tensors[PARAMETERS].name = "features.1.running_mean";
    refuse_network(state, tensors, PARAMETERS + 1,
                   (const char *const[]){"batch normalisation ('features.1.running_mean')",
                                         "vgg16, not vgg16_bn", NULL});
    refuse_network(
        state, tensors, PARAMETERS - 2,
        (const char *const[]){"not a VGG-11, 13, 16 or 19", "'classifier.6.weight' missing", NULL});
    rename_as_timm(tensors, names);
    snprintf(names[PARAMETERS - 1], sizeof names[0], "head.bias");
    tensors[PARAMETERS - 4].shape[2] = 0;
    refuse_network(state, tensors, PARAMETERS,
                   (const char *const[]){"pre_logits.fc2.weight is 64x64x0x1 instead of 64x64x1x1",
                                         "missing classifier.6.bias", "unknown head.bias", NULL});
    lb_network_free(network);
}

/* Shapes that stand for more than the file holds: empty tensors have any sides. */
static void
sides_beyond_the_file(void **state)
{
    test_tensor tensors[PARAMETERS];
    char names[PARAMETERS][64];
    lb_network *network = small_network(tensors, names, "");
    tensors[0].shape[0] = (int64_t)1 << 40;
    tensors[0].shape[1] = 0;
    refuse_network(state, tensors, PARAMETERS,
                   (const char *const[]){"needs a convolution 'features.0.weight'", NULL});
    lb_network_free(network);

    network = small_network(tensors, names, "");
    float *many = calloc(40000, sizeof *many);
    tensors[0] = (test_tensor){
        "features.0.weight",  "Float", "0", 40000, 0, 4, {40000, 1, 1, 1}, {1, 1, 1, 1}, many,
        40000 * sizeof *many, NULL};
    refuse_network(state, tensors, PARAMETERS,
                   (const char *const[]){"up to 40000 channels", "is not offered", NULL});
    tensors[PARAMETERS - 6] = tensors[0];
    tensors[0].shape[0] = 1;
    tensors[PARAMETERS - 6].name = "classifier.0.weight";
    tensors[PARAMETERS - 6].rank = 2;
    refuse_network(state, tensors, PARAMETERS,
                   (const char *const[]){"40000 hidden units", "is not offered", NULL});
    free(many);
    lb_network_free(network);
}

/* Weights that a module of the same file wraps, with tensors of its loss. */
static void
wrapped_networks(void **state)
{
    static const struct {
        const char *before, *within, *beside;
    } FORMS[] = {{"", "module.", NULL},
                 {"", "", "criterion.weight"},
                 {"model.", "", "loss_fn.pos_weight"},
                 {"module.model.", "_orig_mod.", "module.train_acc.tp"},
                 {"backbone.", "module._orig_mod.", "criterion.weight"}};
    test_tensor tensors[PARAMETERS + 1];
    char names[PARAMETERS][64], renamed[PARAMETERS][160];
    for (size_t form = 0; form < 2 * sizeof FORMS / sizeof *FORMS; form++) {
        lb_error err;
        lb_network *read = NULL, *network = small_network(tensors, names, "");
        size_t count = PARAMETERS;
        for (size_t i = 0; i < PARAMETERS; i++) { /* features.0.weight */
            const char *dot = strchr(names[i], '.') + 1;
            snprintf(renamed[i], sizeof renamed[i], "%s%.*s%s%s", FORMS[form / 2].before,
                     (int)(dot - names[i]), names[i], FORMS[form / 2].within, dot);
            tensors[i].name = renamed[i];
        }
        if (FORMS[form / 2].beside != NULL) {
            tensors[count] = tensors[1];
            tensors[count++].name = FORMS[form / 2].beside;
        }
        char *path = write_torch(state, form % 2 == 1, tensors, count);
        assert_ok(lb_network_load(&read, path, &err));
        assert_same_network(network, read);
        lb_weights *weights = NULL;
        assert_ok(lb_weights_open(&weights, path, &err));
        size_t ignored = 0;
        for (size_t i = 0; i < lb_weights_count(weights); i++) {
            ignored += lb_weights_at(weights, i)->ignored;
        }
        assert_int_equal(ignored, count - PARAMETERS);
        lb_weights_close(weights);
        lb_network_free(network);
        lb_network_free(read);
        lb_free(path);
    }
}

/* A head that changes what the network says is no loss. */
static void
other_networks_are_named(void **state)
{
    static const struct {
        const char *tensor, *message;
    } CASES[] = {
        {"layer1.0.conv1.weight", ": is a ResNet ('layer1.0.conv1.weight'), where a VGG"},
        {"module.layer1.0.conv1.weight", ": is a ResNet ("},
        {"features.denseblock1.denselayer1.norm1.running_mean", ": is a DenseNet ("},
        {"features.1.0.block.0.0.weight", ": is an EfficientNet ("},
        {"blocks.0.attn.qkv.weight", ": is a vision transformer ("},
        {"encoder.layers.encoder_layer_0.ln_1.weight", ": is a vision transformer (ViT) ("},
        {"features.1.conv.0.1.running_mean", ": is a MobileNetV2 ("},
        {"bn1.running_mean", "it has 1 tensors, the first is 'bn1.running_mean')"},
        {"head2.weight", "not a VGG-11"}};
    const test_tensor like = {"", "Float", "0", 2, 0, 1, {2}, {1}, "\0\0\0\0\0\0\0\0", 8, NULL};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        test_tensor tensor = like;
        tensor.name = CASES[i].tensor;
        refuse_network(state, &tensor, 1, (const char *const[]){CASES[i].message, NULL});
    }
    test_tensor tensors[PARAMETERS + 1];
    char names[PARAMETERS][64];
    lb_network *network = small_network(tensors, names, "");
    tensors[PARAMETERS] = like;
    tensors[PARAMETERS].name = "head2.weight";
    tensors[PARAMETERS].key = "of its own";
    refuse_network(state, tensors, PARAMETERS + 1,
                   (const char *const[]){"(1 unknown): unknown head2.weight", NULL});
    lb_network_free(network);
}

/* The files of tests/data/weights/make.py: what is no tensor is left alone, nothing is run. */
static void
checkpoints_of_training_scripts(void **state)
{
    static const char *const FILES[] = {"zip", "legacy", "mixed"};
    static const float WEIGHT[] = {0, 1, 2, 3, 4, 5}, BIAS[] = {0.5F, -1};
    lb_error err = {0};
    lb_weights *weights = NULL;
    (void)state;
    for (size_t f = 0; f < sizeof FILES / sizeof *FILES; f++) {
        char *path = lb_format(&err, LB_SOURCE "/tests/data/weights/checkpoint_%s.pth", FILES[f]);
        float weight[6], bias[2];
        assert_ok(lb_weights_open(&weights, path, &err));
        assert_int_equal(lb_weights_count(weights), 2);
        assert_ok(lb_weights_read(weight, weights, lb_weights_find(weights, "weight"), &err));
        assert_ok(lb_weights_read(bias, weights, lb_weights_find(weights, "bias"), &err));
        assert_memory_equal(weight, WEIGHT, sizeof weight);
        assert_memory_equal(bias, BIAS, sizeof bias);
        lb_weights_close(weights);
        lb_free(path);
    }
    assert_int_equal(
        lb_weights_open(&weights, LB_SOURCE "/tests/data/weights/checkpoint_sparse.pth", &err),
        LB_ERROR_UNSUPPORTED);
    assert_message(&err, "'weight' is a tensor of a form that is not read here (made by "
                         "'torch._utils._rebuild_sparse_tensor'");
    assert_int_equal(
        lb_weights_open(&weights, LB_SOURCE "/tests/data/weights/checkpoint_expanded.pth", &err),
        LB_ERROR_UNSUPPORTED);
    assert_message(&err, "'weight': a tensor that repeats its storage");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_halves_and_bfloats, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(views, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(safetensors_of_other_types, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(networks_of_both_formats_and_namings, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(all_that_does_not_fit_is_named, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(wrapped_networks, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(other_networks_are_named, test_setup, test_teardown),
        cmocka_unit_test(checkpoints_of_training_scripts),
        cmocka_unit_test_setup_teardown(sides_beyond_the_file, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("weights", tests, NULL, NULL);
}
