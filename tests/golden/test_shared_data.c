/* SPDX-License-Identifier: MIT */
/* Whole arrays made by SciPy, scikit-image and the study's own functions, where they are at hand.
 * Figures of the same kind are embedded in test_image.c and test_compose.c. */
#include "testing.h"

#include "composition.h"
#include "lesionbench/image.h"
#include "lesionbench/lesions.h"
#include "lesionbench/npy.h"

#define IMAGE(name) LB_SHARED "/golden/image/" name ".npy"
#define COMPOSE(name) LB_SHARED "/golden/compose/" name ".npy"
#define TOUCHING(name) LB_SHARED "/golden/compose_touching/" name ".npy"

enum { SIDE = 256, PIXELS = SIDE * SIDE, FIRST_SEED = 1007, PUBLISHED = 30, SIZE = 224 };

static lb_array
load(const char *path)
{
    lb_error err = {0};
    lb_array array = {0};
    assert_ok(lb_npy_read(&array, path, &err));
    return array;
}

/* The greatest difference between values and an array from a file. */
static double
distance(const double *values, const char *path)
{
    lb_array expected = load(path);
    assert_true(expected.type == LB_F64 || expected.type == LB_F32);
    double worst = 0;
    for (size_t i = 0; i < lb_array_count(&expected); i++) {
        double off =
            values[i] - (expected.type == LB_F64 ? ((const double *)expected.data)[i]
                                                 : (double)((const float *)expected.data)[i]);
        worst = off > worst ? off : -off > worst ? -off : worst;
    }
    lb_array_release(&expected);
    return worst;
}

static void
assert_mask(const uint8_t *mask, const char *path)
{
    lb_array expected = load(path);
    assert_int_equal(expected.type, LB_U8);
    assert_int_equal(lb_array_count(&expected), PIXELS);
    assert_memory_equal(mask, expected.data, PIXELS);
    lb_array_release(&expected);
}

static void
the_lesions_way_through_the_operators(void **state)
{
    (void)state;
    skip_without(IMAGE("noise"));
    lb_error err = {0};
    static double smooth[PIXELS];
    static uint8_t binary[PIXELS], eroded[PIXELS], opened[PIXELS], again[PIXELS];
    static int32_t labels[PIXELS];
    size_t count = 0;
    lb_array noise = load(IMAGE("noise"));
    assert_ok(lb_gaussian_filter(smooth, noise.data, SIDE, SIDE, 2, 2, &err));
    assert_true(distance(smooth, IMAGE("gaussian_sigma2")) <= 1e-15);
    double threshold = lb_otsu(smooth, PIXELS);
    assert_close(threshold, 0.499076127162761, 1e-15, 0);
    for (size_t i = 0; i < PIXELS; i++) {
        binary[i] = smooth[i] > threshold;
    }
    assert_mask(binary, IMAGE("binary"));
    lb_binary_erosion(eroded, binary, SIDE, SIDE);
    assert_mask(eroded, IMAGE("eroded"));
    assert_ok(lb_binary_opening(opened, eroded, SIDE, SIDE, &err));
    assert_mask(opened, IMAGE("opened"));
    lb_binary_erosion(again, opened, SIDE, SIDE);
    assert_mask(again, IMAGE("eroded2"));
    assert_ok(lb_connected_components(labels, &count, opened, SIDE, SIDE, &err));
    lb_array expected = load(IMAGE("labels"));
    assert_int_equal(count, 166);
    assert_memory_equal(labels, expected.data, sizeof labels);
    lb_array_release(&expected);
    lb_array_release(&noise);
}

static void
areas_and_perimeters(void **state)
{
    (void)state;
    skip_without(IMAGE("labels"));
    static uint8_t blob[PIXELS];
    double perimeters[166];
    lb_array labels = load(IMAGE("labels")), areas = load(IMAGE("area"));
    for (int32_t label = 1; label <= 166; label++) {
        int32_t area = 0;
        for (size_t i = 0; i < PIXELS; i++) {
            blob[i] = ((const int32_t *)labels.data)[i] == label;
            area += blob[i];
        }
        assert_int_equal(area, ((const int32_t *)areas.data)[label - 1]);
        perimeters[label - 1] = lb_perimeter_crofton(blob, SIDE, SIDE);
    }
    assert_true(distance(perimeters, IMAGE("perimeter_crofton")) <= 1e-12);
    lb_array_release(&areas);
    lb_array_release(&labels);
}

static void
derivatives_and_resizing(void **state)
{
    (void)state;
    skip_without(IMAGE("resize_in"));
    lb_error err = {0};
    static double out[260 * 311];
    lb_array image = load(IMAGE("resize_in"));
    lb_laplace(out, image.data, 260, 311);
    assert_true(distance(out, IMAGE("laplace")) <= 1e-14);
    assert_ok(lb_sobel(out, image.data, 260, 311, 1, &err));
    assert_true(distance(out, IMAGE("sobel_last_axis")) <= 1e-14);
    assert_ok(lb_resize(out, 224, 224, image.data, 260, 311, &err));
    assert_true(distance(out, IMAGE("resize_224")) <= 1e-14);
    assert_ok(lb_resize(out, 112, 112, image.data, 260, 311, &err));
    assert_true(distance(out, IMAGE("resize_112")) <= 1e-14);
    double part[40 * 35]; /* the golden enlargement is of rows 60 to 99 and columns 60 to 94 */
    for (size_t i = 0; i < 40 * 35; i++) {
        part[i] = ((const double *)image.data)[(60 + i / 35) * 311 + 60 + i % 35];
    }
    assert_ok(lb_resize(out, 80, 70, part, 40, 35, &err));
    assert_true(distance(out, IMAGE("resize_up")) <= 1e-14);
    lb_array_release(&image);
}

/* Four images that the study's own functions, its box artefact mended, made of the slices of
 * golden/compose with the 30 published lesions of a shape. */
typedef struct shared_images {
    const char *image, *truth;
    uint32_t first_seed;
    uint8_t label[4];
    size_t lesions[4];
} shared_images;

static const lb_composition_rules STUDY_RULES = {.size = SIZE,
                                                 .brain_intensity = 0.7,
                                                 .lesion_intensity = 0.5,
                                                 .minimum_lesions = 3,
                                                 .maximum_lesions = 5};

/* Image i of the four. */
static void
compose_image(float *image, float *truth, lb_composition *composition,
              const lb_lesion_library *library, const shared_images *expected, size_t i)
{
    lb_error err = {0};
    lb_image_spec spec;
    lb_box boxes[LB_MAX_ITEMS];
    size_t order[4 * PUBLISHED];
    lb_image_spec_draw(&spec, expected->first_seed + (uint32_t)i, library, &STUDY_RULES, order);
    assert_int_equal(spec.label, expected->label[i]);
    assert_int_equal(spec.count, expected->lesions[i]);
    assert_ok(lb_composition_index_brain(composition, &err));
    assert_true(lb_composition_place(boxes, composition, &spec, library, &STUDY_RULES, spec.label));
    assert_ok(lb_composition_compose(image, truth, NULL, composition, &spec, boxes, library,
                                     &STUDY_RULES, &err));
}

static void
assert_composed(const shared_images *expected)
{
    skip_without(COMPOSE("slices"));
    skip_without(expected->image);
    lb_error err = {0};
    static float image[SIZE * SIZE], truth[SIZE * SIZE];
    static double images[4 * SIZE * SIZE], truths[4 * SIZE * SIZE];
    lb_lesion_options options;
    lb_lesion_library library = {0};
    lb_composition composition = {0};
    lb_lesion_defaults(&options);
    options.count = PUBLISHED;
    assert_ok(lb_lesions_generate(&library, &options, NULL, &err));
    lb_array slices = load(COMPOSE("slices"));
    assert_ok(lb_composition_init(&composition, 260, 311, SIZE, &err));
    for (size_t i = 0; i < 4; i++) {
        for (size_t p = 0; p < 260 * 311; p++) {
            composition.slice[p] = ((const double *)slices.data)[i * 260 * 311 + p];
        }
        compose_image(image, truth, &composition, &library, expected, i);
        for (size_t p = 0; p < SIZE * SIZE; p++) {
            images[i * SIZE * SIZE + p] = image[p];
            truths[i * SIZE * SIZE + p] = truth[p];
        }
    }
    /* Single precision is what the file holds. */
    assert_true(distance(images, expected->image) <= 1e-7);
    assert_true(distance(truths, expected->truth) <= 1e-7);
    lb_array_release(&slices);
    lb_composition_release(&composition);
    lb_lesions_release(&library);
}

static void
composed_images(void **state)
{
    (void)state;
    const shared_images four = {
        COMPOSE("image"), COMPOSE("truth"), FIRST_SEED, {0, 1, 1, 0}, {5, 3, 3, 3}};
    assert_composed(&four);
}

static void
composed_images_whose_lesions_may_touch(void **state)
{
    (void)state;
    const shared_images four = {
        TOUCHING("image"), TOUCHING("truth"), 2000, {0, 0, 0, 1}, {5, 3, 4, 3}};
    assert_composed(&four);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lesions_way_through_the_operators),
        cmocka_unit_test(areas_and_perimeters),
        cmocka_unit_test(derivatives_and_resizing),
        cmocka_unit_test(composed_images),
        cmocka_unit_test(composed_images_whose_lesions_may_touch),
    };
    return cmocka_run_group_tests_name("shared data", tests, NULL, NULL);
}
