/* SPDX-License-Identifier: MIT */
/* The protocols, quirks and dials of composing, and images composed afresh. */
#include "compose_testing.h"

#include <string.h>

#include "composition.h"
#include "lesionbench/loaders.h"

/* A dataset of the drawn slices and lesions, as lb_compose() writes it. */
typedef struct made {
    char *path;
    lb_h5 *file;
    lb_slices *slices;
    lb_lesion_library library;
} made;

static void
compose(made *out, void **state, const lb_compose_options *options)
{
    lb_error err = {0};
    out->path = test_path(state, "dataset.h5");
    out->slices = make_slices(state, 48);
    make_library(&out->library);
    assert_ok(lb_compose(options, out->slices, &out->library, out->path, NULL, &err));
    assert_ok(lb_h5_open(&out->file, out->path, "dataset", &err));
}

static void
discard(made *m)
{
    lb_h5_close(m->file);
    lb_lesions_release(&m->library);
    lb_slices_close(m->slices);
    lb_free(m->path);
}

static lb_array
part(const made *m, const char *name, lb_type type)
{
    lb_error err = {0};
    lb_array array = {0};
    assert_ok(lb_h5_read(&array, m->file, name, type, &err));
    return array;
}

static void
fair_options(lb_compose_options *options)
{
    small_options(options);
    options->protocol = LB_PROTOCOL_FAIR;
}

/* Where the label goes by shape, the other label's lesions have the same centres and the
 * distractors the same boxes, to the half pixel that unequal parity costs. */
static void
fair_places_do_not_tell_the_label(void **state)
{
    lb_error err = {0};
    lb_composition composition = {0};
    lb_image_spec spec;
    lb_lesion_library library;
    size_t order[16];
    const lb_composition_rules rules = {.size = SIZE,
                                        .minimum_lesions = 4,
                                        .maximum_lesions = 4,
                                        .distractors = 2,
                                        .footprints = true,
                                        .shuffle_round = true};
    lb_slices *slices = make_slices(state, 48);
    static float pixels[HEIGHT * WIDTH];
    make_library(&library);
    assert_ok(lb_composition_init(&composition, HEIGHT, WIDTH, SIZE, &err));
    assert_ok(lb_slices_read(pixels, slices, 3, &err));
    for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
        composition.slice[i] = pixels[i];
    }
    assert_ok(lb_composition_index_brain(&composition, &err));
    for (uint32_t seed = 0; seed < 50; seed++) {
        lb_box boxes[2][LB_MAX_ITEMS];
        lb_image_spec_draw(&spec, seed, &library, &rules, order);
        assert_int_equal(spec.items, 12);
        for (uint8_t label = 0; label < 2; label++) {
            assert_true(
                lb_composition_place(boxes[label], &composition, &spec, &library, &rules, label));
        }
        for (size_t i = 0; i < spec.items; i++) {
            const lb_box *a = boxes[0] + i, *b = boxes[1] + i;
            double rows = (double)(2 * a->top + a->height) - (double)(2 * b->top + b->height);
            double columns = (double)(2 * a->left + a->width) - (double)(2 * b->left + b->width);
            assert_true(fabs(rows) <= (i < 4 ? 1 : 0) && fabs(columns) <= (i < 4 ? 1 : 0));
        }
    }
    lb_composition_release(&composition);
    lb_lesions_release(&library);
    lb_slices_close(slices);
}

/* Distractors are in both classes, twice the lesions, and share no pixel with the truth. */
static void
fair_images_have_distractors(void **state)
{
    made m = {0};
    lb_compose_options options;
    size_t pixels[2] = {0}, of_truth = 0, both = 0;
    fair_options(&options);
    compose(&m, state, &options);
    lb_array truth = part(&m, "train/truth", LB_F32), label = part(&m, "train/label", LB_U8);
    lb_array distractor = part(&m, "train/distractor", LB_U8);
    for (size_t i = 0; i < lb_array_count(&truth); i++) {
        bool is_true = ((const float *)truth.data)[i] > 0;
        bool distracts = ((const uint8_t *)distractor.data)[i] == 1;
        pixels[((const uint8_t *)label.data)[i / (SIZE * SIZE)]] += distracts;
        of_truth += is_true;
        both += is_true && distracts;
    }
    assert_int_equal(both, 0);
    assert_true(pixels[0] > 0 && pixels[1] > 0);
    /* All lesions and distractors have the same area. */
    assert_int_equal(pixels[0] + pixels[1], 2 * of_truth);
    lb_array_release(&distractor);
    lb_array_release(&label);
    lb_array_release(&truth);
    discard(&m);
}

static double
mean_of_image(const made *m, size_t index)
{
    lb_array image = part(m, "train/image", LB_F32);
    double sum = 0;
    for (size_t i = 0; i < SIZE * SIZE; i++) {
        sum += ((const float *)image.data)[index * SIZE * SIZE + i];
    }
    lb_array_release(&image);
    return sum / (SIZE * SIZE);
}

/* The mean of the first training image under these options. */
static double
mean_under(void **state, const lb_compose_options *options)
{
    made m = {0};
    compose(&m, state, options);
    double mean = mean_of_image(&m, 0);
    discard(&m);
    return mean;
}

static void
polarity_and_box_move_the_mean(void **state)
{
    lb_compose_options options;
    small_options(&options);
    double light = mean_under(state, &options);
    options.polarity = LB_POLARITY_DARK;
    double dark = mean_under(state, &options);
    options.polarity = LB_POLARITY_TISSUE;
    options.lesion_intensity = 1;
    double tissue = mean_under(state, &options);
    options.polarity = LB_POLARITY_LIGHT;
    options.lesion_intensity = 0.001;
    double bare = mean_under(state, &options);
    options.lesion_intensity = 0.5;
    options.quirks = "box_artefact";
    double box = mean_under(state, &options);
    assert_true(dark < bare && bare < light && light < box);
    assert_true(dark < tissue && tissue < bare);
}

/* By slices, subjects are in two splits; by default never. */
static size_t
shared_subjects(void **state, const char *quirks)
{
    made m = {0};
    lb_compose_options options;
    size_t shared = 0;
    bool seen[SUBJECTS] = {0};
    small_options(&options);
    options.quirks = quirks;
    compose(&m, state, &options);
    lb_array train = part(&m, "train/subject", LB_I32);
    lb_array holdout = part(&m, "holdout/subject", LB_I32);
    for (size_t i = 0; i < lb_array_count(&train); i++) {
        seen[((const int32_t *)train.data)[i]] = true;
    }
    for (size_t i = 0; i < lb_array_count(&holdout); i++) {
        shared += seen[((const int32_t *)holdout.data)[i]];
    }
    lb_array_release(&holdout);
    lb_array_release(&train);
    discard(&m);
    return shared;
}

static void
splits_share_subjects_by_a_quirk_alone(void **state)
{
    assert_int_equal(shared_subjects(state, NULL), 0);
    assert_true(shared_subjects(state, "slices_shared_between_splits=on") > 0);
}

static void
every_slice_once_in_file_order(void **state)
{
    made m = {0};
    lb_compose_options options;
    small_options(&options);
    options.every_slice = 1 + LB_VALIDATION;
    compose(&m, state, &options);
    lb_array slice = part(&m, "validation/slice", LB_I32);
    assert_int_equal(lb_array_count(&slice), SLICES);
    for (int i = 0; i < SLICES; i++) {
        assert_int_equal(((const int32_t *)slice.data)[i], i);
    }
    lb_array_release(&slice);
    slice = part(&m, "train/slice", LB_I32);
    assert_int_equal(lb_array_count(&slice), 0);
    lb_array_release(&slice);
    discard(&m);
}

/* All truth of an image is on the side that its label names. */
static void
labels_go_by_side(void **state)
{
    made m = {0};
    lb_compose_options options;
    small_options(&options);
    options.label_by = LB_LABEL_BY_SIDE;
    compose(&m, state, &options);
    lb_array truth = part(&m, "train/truth", LB_F32), label = part(&m, "train/label", LB_U8);
    for (size_t i = 0; i < options.images[LB_TRAIN]; i++) {
        double rows = 0, count = 0;
        for (size_t p = 0; p < SIZE * SIZE; p++) {
            bool is_true = ((const float *)truth.data)[i * SIZE * SIZE + p] > 0;
            rows += is_true ? (double)(p / SIZE) : 0;
            count += is_true;
        }
        assert_int_equal(rows / count > SIZE / 2.0, ((const uint8_t *)label.data)[i]);
    }
    lb_array_release(&label);
    lb_array_release(&truth);
    discard(&m);
}

static void
refused(void **state, const lb_compose_options *options, const char *part_of_message)
{
    lb_error err = {0};
    lb_slices *slices = make_slices(state, 48);
    lb_lesion_library library;
    make_library(&library);
    char *path = test_path(state, "dataset.h5");
    assert_int_not_equal(lb_compose(options, slices, &library, path, NULL, &err), LB_OK);
    assert_message(&err, part_of_message);
    assert_int_equal(access(path, F_OK), -1);
    lb_free(path);
    lb_lesions_release(&library);
    lb_slices_close(slices);
}

static void
what_cannot_be_is_refused(void **state)
{
    lb_compose_options options;
    small_options(&options);
    options.quirks = "box_artefakt";
    refused(state, &options, "did you mean 'box_artefact'");
    options.quirks = "box_artefact=maybe";
    refused(state, &options, "on or off");
    fair_options(&options);
    options.minimum_lesions = options.maximum_lesions = 4;
    options.distractors = 24;
    refused(state, &options, "in all");
}

/* Twenty lesions do not fit: the study would draw for ever. */
static void
unbounded_placement_ends_where_nothing_fits(void **state)
{
    lb_error err = {0};
    lb_compose_options options;
    lb_slices *slices = make_slices(state, 9);
    lb_lesion_library library;
    make_library(&library);
    char *path = test_path(state, "dataset.h5");
    small_options(&options);
    options.minimum_lesions = options.maximum_lesions = 4;
    options.quirks = "unbounded_placement";
    assert_int_equal(lb_compose(&options, slices, &library, path, NULL, &err), LB_ERROR_NUMERIC);
    lb_free(path);
    lb_lesions_release(&library);
    lb_slices_close(slices);
}

/* In epoch 0 the images are the dataset's, later others; labels go with them, and a file's own
 * options make them. */
static void
fresh_images_begin_with_the_datasets(void **state)
{
    lb_error err = {0};
    made m = {0};
    lb_compose_options options, read;
    lb_image_loader source = {0};
    char *quirks = NULL;
    enum { N = 70 };
    size_t index[N];
    static float images[2][N * SIZE * SIZE];
    int32_t labels[2][N];
    fair_options(&options);
    options.quirks = "box_artefact";
    compose(&m, state, &options);
    assert_ok(lb_compose_options_read(&read, &quirks, m.path, &err));
    assert_ok(lb_loader_fresh(&source, &read, m.slices, &m.library, &err));
    for (size_t i = 0; i < N; i++) {
        index[i] = i;
    }
    for (size_t epoch = 0; epoch < 2; epoch++) {
        assert_ok(source.begin_epoch(source.data, epoch, &err));
        assert_ok(source.read(source.data, images[epoch], index, N, &err));
        memcpy(labels[epoch], source.labels, sizeof labels[epoch]);
    }
    lb_array image = part(&m, "train/image", LB_F32), label = part(&m, "train/label", LB_I32);
    assert_memory_equal(images[0], image.data, sizeof images[0]);
    assert_memory_equal(labels[0], label.data, sizeof labels[0]);
    assert_memory_not_equal(images[1], image.data, sizeof images[1]);
    assert_memory_not_equal(labels[1], label.data, sizeof labels[1]);
    lb_array_release(&label);
    lb_array_release(&image);
    lb_loader_release(&source);
    lb_free(quirks);
    discard(&m);
}

/* What a worker keeps from one image must not be seen in the next, whose slice has another brain.
 */
static void
images_do_not_depend_on_those_before(void **state)
{
    enum { IMAGES = 12 };
    lb_error err = {0};
    lb_compose_options options;
    lb_lesion_library library;
    lb_slices *slices = NULL;
    static float all[2][SIZE * SIZE], alone[2][SIZE * SIZE];
    char *path = test_path(state, "shrinking.h5");
    write_shrinking_slices(path, 45, 9);
    assert_ok(lb_slices_open(&slices, path, &err));
    make_library(&library);
    for (size_t protocol = 0; protocol < 3; protocol++) {
        lb_composer *one = NULL;
        small_options(&options);
        options.protocol = protocol;
        assert_ok(lb_composer_create(&one, &options, slices, &library, &err));
        for (size_t i = 0; i < IMAGES; i++) {
            lb_composer *fresh = NULL;
            assert_ok(lb_composer_create(&fresh, &options, slices, &library, &err));
            assert_ok(lb_composer_make(all[0], all[1], one, LB_TRAIN, 0, i, &err));
            assert_ok(lb_composer_make(alone[0], alone[1], fresh, LB_TRAIN, 0, i, &err));
            assert_memory_equal(all, alone, sizeof all);
            lb_composer_free(fresh);
        }
        lb_composer_free(one);
    }
    lb_slices_close(slices);
    lb_lesions_release(&library);
    lb_free(path);
}

/* Two lesions of which the brighter one lies in the dimmer one's box, where that one is 0. Each is
 * true from half of its own peak, whatever else its box holds. */
static void
truth_does_not_depend_on_a_neighbour(void **state)
{
    enum { SIDE = 32, AT = 10, TALL = 8 };
    (void)state;
    lb_error err = {0};
    lb_composition composition = {0};
    double dim[TALL * TALL] = {0}, bright[4] = {1, 1, 1, 1};
    static float image[SIDE * SIDE], truth[SIDE * SIDE];
    lb_lesion lesions[2] = {{.mask = dim, .height = TALL, .width = TALL},
                            {.mask = bright, .height = 2, .width = 2}};
    const lb_lesion_library library = {.lesions = {[LB_ROUND] = lesions}, .count = {2}};
    const lb_image_spec spec = {.count = 2, .items = 2, .lesions = {{0, 1}}};
    const lb_box boxes[2] = {{AT, AT, TALL, TALL}, {AT + 5, AT + 5, 2, 2}};
    const lb_composition_rules rules = {
        .size = SIDE, .brain_intensity = 0.7, .lesion_intensity = 0.5, .truth_threshold = 0.5};
    for (size_t x = 0; x < TALL; x++) {
        dim[x] = x < 6 ? 0.3 : 0.1; /* its first row: six pixels above half of its peak */
    }
    assert_ok(lb_composition_init(&composition, SIDE, SIDE, SIDE, &err));
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        composition.slice[i] = 1 + (double)(i % 7);
    }
    assert_ok(lb_composition_index_brain(&composition, &err));
    assert_ok(lb_composition_compose(image, truth, NULL, &composition, &spec, boxes, &library,
                                     &rules, &err));
    for (size_t y = 0; y < SIDE; y++) {
        for (size_t x = 0; x < SIDE; x++) {
            bool in_dim = y == AT && x >= AT && x < AT + 6;
            bool in_bright = (y == AT + 5 || y == AT + 6) && (x == AT + 5 || x == AT + 6);
            assert_close(truth[y * SIDE + x], in_dim ? 0.3 : in_bright ? 1 : 0, 1e-7, 0);
        }
    }
    lb_composition_release(&composition);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fair_places_do_not_tell_the_label, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(fair_images_have_distractors, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(polarity_and_box_move_the_mean, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(splits_share_subjects_by_a_quirk_alone, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(every_slice_once_in_file_order, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(labels_go_by_side, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_is_refused, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(unbounded_placement_ends_where_nothing_fits, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(fresh_images_begin_with_the_datasets, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(images_do_not_depend_on_those_before, test_setup,
                                        test_teardown),
        cmocka_unit_test(truth_does_not_depend_on_a_neighbour),
    };
    return cmocka_run_group_tests_name("compose", tests, NULL, NULL);
}
