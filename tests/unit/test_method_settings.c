/* SPDX-License-Identifier: MIT */
/* What is recorded beside a method's maps is what they were made with: each setting that a method
 * lists changes its maps, and no other does. */
#include <math.h>
#include <string.h>

#include "io_testing.h"

#include "base/cpu.h"
#include "lesionbench/explanations.h"
#include "lesionbench/h5.h"
#include "lesionbench/network.h"
#include "lesionbench/random.h"
#include "lesionbench/settings.h"
#include "lesionbench/training.h"

enum { SIDE = 32, PIXELS = SIDE * SIDE, VALUES = 3 * PIXELS, IMAGES = 2, BACKGROUNDS = 8 };

static const size_t items[IMAGES] = {3, 7};
static const int32_t targets[IMAGES] = {0, 1};

typedef struct fixture {
    lb_network *network;
    float images[IMAGES * VALUES]; /* colour, on a background of 0 */
    float backgrounds[BACKGROUNDS * VALUES];
} fixture;

typedef struct maps {
    float values[IMAGES * VALUES]; /* attributions, or maps of controls */
    size_t count;
} maps;

/* Values at which every setting matters to the methods that list it, and others for each. Of two
 * with | between them one must change a map: the other can be the method's own. */
static const struct {
    const char *key, *value, *other;
} SETTINGS[] = {
    {"steps", "4", "5"},
    {"tolerance", "1e-9", "0"},
    {"maximum_steps", "8", "16"},
    {"samples", "3", "4"},
    {"seed", "5", "6"},
    {"smooth_samples", "3", "4"},
    {"noise", "0.15", "0.2"},
    {"sign_threshold", "0.5", "0.4"},
    {"cam_block", "4", "3"},
    {"expected_samples", "3", "4"},
    {"backgrounds", "3", "4"},
    {"pattern_images", "5", "6"},
    {"batch", "2", "1"},
    {"memory", "500", "1"},
    {"convolution", "fastest", "direct"},
    {"lrp_epsilon", "0", "0.25"},
    {"lrp_stabilizer", "1e-6", "0.1"},
    {"lrp_gamma", "0.25", "0.5"},
    {"lrp_alpha", "2", "1.5"},
    {"lrp_low", "0", "-0.5,0,0"},
    {"lrp_high", "1", "1,1.5,1"},
    {"lrp_bias", "in_z", "ignored"},
    {"lrp_first", "box", "same"},
    {"answer", "usual", "logit|probability"},
    {"hidden_value", "0.1", "0.2"},
    {"occlusion_window", "12", "14"},
    {"occlusion_stride", "6", "5"},
    {"rise_masks", "10", "11"},
    {"rise_grid", "4", "5"},
    {"rise_probability", "0.5", "0.4"},
    {"blur_steps", "3", "4"},
    {"blur_sigma", "0", "3"},
    {"xrai_steps", "2", "3"},
    {"xrai_dilation", "1", "0"},
    {"superpixels", "12", "20"},
    {"compactness", "10", "0.1"},
    {"hide_with", "value", "mean"},
    {"shap_samples", "40", "50"},
    {"lime_samples", "20", "25"},
    {"lime_width", "0.25", "0.5"},
    {"lime_ridge", "1", "2"},
    {"check_gradient", "0", "1"},
};

enum { COUNT = sizeof SETTINGS / sizeof *SETTINGS };

static lb_status
read_background(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const fixture *f = data;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        memcpy(out + i * VALUES, f->backgrounds + index[i] * VALUES, VALUES * sizeof *out);
    }
    return LB_OK;
}

static lb_status
collect(void *data, const lb_explanation *e, lb_error *err)
{
    maps *out = data;
    size_t size = e->attribution != NULL ? VALUES : PIXELS;
    (void)err;
    memcpy(out->values + out->count * size, e->attribution != NULL ? e->attribution : e->map,
           e->count * size * sizeof(float));
    out->count += e->count;
    return LB_OK;
}

static void
explain(maps *out, fixture *f, const lb_method *method, lb_explain_options *options)
{
    lb_error err;
    const lb_image_loader source = {.count = BACKGROUNDS,
                                    .channels = 3,
                                    .height = SIDE,
                                    .width = SIDE,
                                    .data = f,
                                    .read = read_background};
    options->background = &source;
    memset(out, 0, sizeof *out);
    assert_ok(lb_explain(f->network, f->images, 3, SIDE, SIDE, IMAGES, items, targets, &method, 1,
                         options, collect, out, NULL, &err));
    assert_int_equal(out->count, IMAGES);
}

/* Other batches may take other kernels where there is no AVX-512 (test_explain_same.c). */
static double
most_apart(void)
{
    return lb_cpu_get() == LB_CPU_AVX512 ? 0 : 1e-4;
}

static double
distance(const maps *a, const maps *b)
{
    double difference = 0, size = 0;
    for (size_t v = 0; v < IMAGES * VALUES; v++) {
        difference += pow((double)a->values[v] - (double)b->values[v], 2);
        size += pow((double)b->values[v], 2);
    }
    return memcmp(a->values, b->values, sizeof a->values) == 0 ? 0 : sqrt(difference / size);
}

static const lb_setting *
setting(const char *key)
{
    lb_setting_table table = lb_explain_settings();
    for (size_t s = 0; s < table.count; s++) {
        if (strcmp(table.settings[s].key, key) == 0) {
            return &table.settings[s];
        }
    }
    fail_msg("no setting %s", key);
    return NULL;
}

static void
set(lb_explain_options *options, const char *key, const char *value)
{
    lb_error err;
    assert_ok(lb_setting_read(options, setting(key), value, &err));
}

static void
set_all(lb_explain_options *options)
{
    lb_explain_defaults(options);
    for (size_t s = 0; s < COUNT; s++) {
        set(options, SETTINGS[s].key, SETTINGS[s].value);
    }
}

/* The part of "a|b" that comes first, or last. */
static const char *
other_value(char out[32], const char *values, bool last)
{
    size_t length = strcspn(values, "|");
    const char *from = last && values[length] == '|' ? values + length + 1 : values;
    snprintf(out, 32, "%.*s", (int)(from == values ? length : strlen(from)), from);
    return out;
}

static bool
lists(const lb_method *method, const char *key)
{
    for (const char *const *k = lb_method_settings(method); *k != NULL; k++) {
        if (strcmp(*k, key) == 0) {
            return true;
        }
    }
    return false;
}

static void
every_setting_is_tried(void **state)
{
    (void)state;
    lb_setting_table table = lb_explain_settings();
    assert_int_equal(table.count, COUNT);
    for (size_t s = 0; s < COUNT; s++) {
        assert_non_null(setting(SETTINGS[s].key));
    }
}

static void
settings_listed_change_maps(void **state)
{
    fixture *f = *state;
    static maps standard, other;
    char value[32];
    size_t faults = 0;
    const lb_method *method = NULL;
    for (size_t m = 0; (method = lb_method_at(m)) != NULL; m++) {
        lb_explain_options options;
        set_all(&options);
        explain(&standard, f, method, &options);
        for (size_t s = 0; s < COUNT; s++) {
            bool changed = !lists(method, SETTINGS[s].key);
            for (int last = 0; last < 2 && !changed; last++) {
                set_all(&options);
                set(&options, SETTINGS[s].key, other_value(value, SETTINGS[s].other, last == 1));
                explain(&other, f, method, &options);
                changed = distance(&other, &standard) > 0;
            }
            if (!changed) {
                print_message("%s lists %s, which changes nothing\n", method->name,
                              SETTINGS[s].key);
                faults++;
            }
        }
    }
    assert_int_equal(faults, 0);
}

/* All at once, and one by one only where that shows that one does. */
static void
settings_not_listed_change_nothing(void **state)
{
    fixture *f = *state;
    static maps standard, other;
    char value[32];
    size_t faults = 0;
    const lb_method *method = NULL;
    for (size_t m = 0; (method = lb_method_at(m)) != NULL; m++) {
        lb_explain_options options;
        set_all(&options);
        explain(&standard, f, method, &options);
        for (size_t s = 0; s < COUNT; s++) {
            if (!lists(method, SETTINGS[s].key)) {
                set(&options, SETTINGS[s].key, other_value(value, SETTINGS[s].other, true));
            }
        }
        explain(&other, f, method, &options);
        bool same = distance(&other, &standard) <= most_apart();
        for (size_t s = 0; s < COUNT && !same; s++) {
            if (lists(method, SETTINGS[s].key)) {
                continue;
            }
            set_all(&options);
            set(&options, SETTINGS[s].key, other_value(value, SETTINGS[s].other, true));
            explain(&other, f, method, &options);
            double apart = distance(&other, &standard);
            if (apart > most_apart()) {
                print_message("%s does not list %s, which changes its maps by %.1e\n", method->name,
                              SETTINGS[s].key, apart);
            }
        }
        faults += !same;
    }
    assert_int_equal(faults, 0);
}

static bool
is_of_edges(const lb_method *method)
{
    return (method->flags & LB_METHOD_OF_EDGES) != 0;
}

/* The quirk is recorded of the methods that it changes. */
static void
the_quirk_is_of_edges(void **state)
{
    fixture *f = *state;
    static maps standard, other;
    size_t of_edges = 0;
    const lb_method *method = NULL;
    for (size_t m = 0; (method = lb_method_at(m)) != NULL; m++) {
        if (!lb_method_is_control(method)) {
            assert_false(is_of_edges(method));
            continue;
        }
        lb_explain_options options;
        set_all(&options);
        explain(&standard, f, method, &options);
        options.sobel_is_laplace = true;
        explain(&other, f, method, &options);
        assert_int_equal(distance(&other, &standard) > 0, is_of_edges(method));
        of_edges += is_of_edges(method);
    }
    assert_int_equal(of_edges, 2);
}

/* Explains the first image into a file by these methods. */
static lb_h5 *
write_and_open(fixture *f, const char *const *names, size_t count,
               const lb_explain_options *options)
{
    lb_error err;
    lb_h5 *file = NULL;
    char *folder = NULL, *path = NULL;
    const lb_method *methods[4];
    const lb_image_loader source = {.count = BACKGROUNDS,
                                    .channels = 3,
                                    .height = SIDE,
                                    .width = SIDE,
                                    .data = f,
                                    .read = read_background};
    const lb_explain_item item = {0, 1, "", true};
    lb_explain_job job = {.network = f->network,
                          .images = &source,
                          .items = &item,
                          .count = 1,
                          .methods = methods,
                          .method_count = count,
                          .options = *options,
                          .keep = LB_KEEP_MAPS};
    assert_true(count <= sizeof methods / sizeof *methods);
    for (size_t m = 0; m < count; m++) {
        assert_ok(lb_method_get(&methods[m], names[m], &err));
    }
    void *state = NULL;
    assert_int_equal(test_setup(&state), 0);
    folder = state;
    path = test_path(&state, "e.h5");
    assert_ok(lb_explain_to_file(&job, path, NULL, NULL, NULL, &err));
    assert_ok(lb_h5_open(&file, path, "explanations", &err));
    remove_tree(folder);
    lb_free(path);
    lb_free(folder);
    return file;
}

static void
assert_recorded(lb_h5 *file, const char *method, const char *key, double want)
{
    lb_error err;
    double value = 0;
    assert_ok(lb_h5_get_number(&value, file, method, key, &err));
    assert_true(value == want);
}

static void
assert_recorded_text(lb_h5 *file, const char *method, const char *key, const char *want)
{
    lb_error err;
    char *text = NULL;
    assert_ok(lb_h5_get_text(&text, file, method, key, &err));
    assert_string_equal(text, want);
    lb_free(text);
}

/* Beside the maps stands what made them: a method's own value where a setting says 0, and nothing
 * that had no part. */
static void
what_is_recorded_was_used(void **state)
{
    static const char *const names[] = {"lrp", "lrp_epsilon_gamma_box", "gradient_shap",
                                        "raw_input"};
    fixture *f = *state;
    const double alphas[] = {0.25, 0.5};
    lb_explain_options options;
    lb_explain_defaults(&options);
    options.alphas = alphas;
    options.samples = 2;
    options.sobel_is_laplace = true;
    set(&options, "lrp_low", "-2.5,-2,-1.75");
    set(&options, "lrp_high", "3");
    lb_h5 *file = write_and_open(f, names, 4, &options);
    assert_recorded(file, "lrp", "lrp_epsilon", 1e-9);
    assert_recorded(file, "lrp_epsilon_gamma_box", "lrp_epsilon", 1e-6);
    assert_recorded(file, "lrp_epsilon_gamma_box", "lrp_stabilizer", 1e-6);
    assert_recorded_text(file, "lrp_epsilon_gamma_box", "lrp_low", "-2.5,-2,-1.75");
    assert_recorded(file, "lrp_epsilon_gamma_box", "lrp_high", 3);
    assert_recorded_text(file, "gradient_shap", "alphas", "0.25,0.5");
    assert_recorded(file, "gradient_shap", "samples", 2);
    assert_false(lb_h5_has_attribute(file, "gradient_shap", "seed"));
    assert_false(lb_h5_has_attribute(file, "raw_input", "quirks"));
    lb_h5_close(file);
    set(&options, "lrp_epsilon", "0.25");
    file = write_and_open(f, names, 1, &options);
    assert_recorded(file, "lrp", "lrp_epsilon", 0.25);
    lb_h5_close(file);
    file = write_and_open(f, (const char *const[]){"sobel"}, 1, &options);
    assert_recorded_text(file, "sobel", "quirks", "sobel_is_laplace");
    lb_h5_close(file);
}

static int
set_up(void **state)
{
    lb_error err;
    static fixture f;
    lb_architecture architecture;
    lb_random random;
    assert_ok(lb_architecture_init(&architecture, "vgg11", 1.0 / 8, 2, &err));
    assert_ok(lb_network_create(&f.network, &architecture, 11, &err));
    lb_random_init(&random, 2, LB_PURPOSE_TEST, 0);
    for (size_t p = 0; p < lb_network_parameters(f.network); p++) {
        lb_parameter *parameter = lb_network_parameter(f.network, p);
        for (size_t k = 0; k < parameter->count; k++) {
            if (parameter->rank == 1) {
                parameter->value[k] = (float)(0.02 * lb_random_normal(&random));
            } else if (parameter->rank == 2) {
                parameter->value[k] *= 10.0f;
            }
        }
    }
    for (size_t i = 0; i < IMAGES * VALUES; i++) {
        size_t y = i / SIDE % SIDE, x = i % SIDE;
        bool inside = y > 4 && y < 28 && x > 5 && x < 26;
        f.images[i] = inside ? (float)(0.2 + 0.7 * lb_random_uniform(&random)) : 0.0f;
    }
    for (size_t i = 0; i < BACKGROUNDS * VALUES; i++) {
        f.backgrounds[i] = (float)lb_random_uniform(&random);
    }
    *state = &f;
    return 0;
}

static int
tear_down(void **state)
{
    fixture *f = *state;
    lb_network_free(f->network);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_setting_is_tried),
        cmocka_unit_test(settings_listed_change_maps),
        cmocka_unit_test(settings_not_listed_change_nothing),
        cmocka_unit_test(the_quirk_is_of_edges),
        cmocka_unit_test(what_is_recorded_was_used),
    };
    return cmocka_run_group_tests_name("method_settings", tests, set_up, tear_down);
}
