/* SPDX-License-Identifier: MIT */
/* Contact sheets: pixels of known images, sizes, choice, and what is refused. */
#include "io_testing.h"

#include <math.h>
#include <png.h>

#include "lesionbench/atomic_file.h"
#include "lesionbench/contact_sheet.h"
#include "lesionbench/h5.h"
#include "lesionbench/lesions.h"
#include "report/drawing.h"

typedef struct picture {
    size_t height, width;
    uint8_t *pixels; /* (height, width, 3); free() */
} picture;

static picture
load(const char *path)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_int_equal(png_image_begin_read_from_file(&image, path), 1);
    assert_int_equal(image.format, PNG_FORMAT_RGB);
    picture out = {image.height, image.width, malloc(PNG_IMAGE_SIZE(image))};
    assert_non_null(out.pixels);
    assert_int_equal(png_image_finish_read(&image, NULL, out.pixels, 0, NULL), 1);
    return out;
}

static const uint8_t *
pixel(const picture *p, size_t x, size_t y)
{
    assert_true(x < p->width && y < p->height);
    return p->pixels + 3 * (y * p->width + x);
}

static bool
is(const uint8_t *found, int r, int g, int b, int off)
{
    return abs(found[0] - r) <= off && abs(found[1] - g) <= off && abs(found[2] - b) <= off;
}

static size_t
count_near(const picture *p, int r, int g, int b, int off)
{
    size_t found = 0;
    for (size_t i = 0; i < p->height * p->width; i++) {
        found += is(p->pixels + 3 * i, r, g, b, off);
    }
    return found;
}

static size_t
count_colour(const picture *p, int r, int g, int b)
{
    return count_near(p, r, g, b, 6);
}

/* The first black pixel in reading order: the corner of the first panel. */
static void
first_panel(size_t *x, size_t *y, const picture *p)
{
    for (size_t i = 0; i < p->height * p->width; i++) {
        if (is(p->pixels + 3 * i, 0, 0, 0, 0)) {
            *x = i % p->width;
            *y = i / p->width;
            return;
        }
    }
    fail_msg("no panel");
}

/* slices.h5 of n images of 4 x 6, 0 but for a bright pixel in row 1, column 4. */
enum { HEIGHT = 4, WIDTH = 6 };

static char *
write_slices(void **state, const char *name, size_t n)
{
    lb_error err;
    lb_h5 *file = NULL;
    char *path = test_path(state, name);
    const size_t shape[3] = {n, HEIGHT, WIDTH};
    float *image = calloc(n * HEIGHT * WIDTH + 1, sizeof *image);
    float *age = calloc(n + 1, sizeof *age);
    int8_t *sex = calloc(n + 1, 1);
    int32_t *position = calloc(n + 1, sizeof *position);
    const char **subject = calloc(n + 1, sizeof *subject);
    assert_true(image != NULL && age != NULL && sex != NULL && position != NULL);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < (size_t)HEIGHT * WIDTH; k++) {
            image[i * HEIGHT * WIDTH + k] = k == WIDTH + 4 ? 5 : 0;
        }
        subject[i] = i % 2 == 0 ? "sub-0001" : "a name that is longer than a caption has room for";
        age[i] = i % 2 == 0 ? NAN : 34;
    }
    assert_ok(lb_h5_create(&file, path, "slices", 1, NULL, &err));
    assert_ok(lb_h5_write(file, "image", LB_F32, 3, shape, image, &err));
    assert_ok(lb_h5_write_strings(file, "subject", n, subject, &err));
    assert_ok(lb_h5_write(file, "sex", LB_I8, 1, shape, sex, &err));
    assert_ok(lb_h5_write(file, "age", LB_F32, 1, shape, age, &err));
    assert_ok(lb_h5_write(file, "position", LB_I32, 1, shape, position, &err));
    assert_ok(lb_h5_commit(file, &err));
    lb_h5_close(file);
    free(subject);
    free(position);
    free(sex);
    free(age);
    free(image);
    return path;
}

/* A slice is turned a quarter: row 1, column 4 of 4 x 6 is drawn in row 1, column 1 of 6 x 4, at
 * 38 times its size. */
static void
slices_stand_upright(void **state)
{
    lb_error err;
    size_t x = 0, y = 0;
    char *path = write_slices(state, "s.h5", 3), *out = test_path(state, "s.png");
    assert_ok(lb_contact_sheet_write(out, path, 1, NULL, &err));
    picture p = load(out);
    first_panel(&x, &y, &p);
    assert_true(is(pixel(&p, x + 38 + 19, y + 38 + 19), 255, 255, 255, 2));
    assert_true(is(pixel(&p, x + 2 * 38 + 19, y + 3 * 38 + 19), 0, 0, 0, 2));
    assert_true(is(pixel(&p, x + 4 * 38 - 1, y + 6 * 38 - 1), 0, 0, 0, 2));
    assert_true(is(pixel(&p, x + 4 * 38, y + 6 * 38), 255, 255, 255, 0)); /* the paper */
    free(p.pixels);
    lb_free(out);
    lb_free(path);
}

/* As many panels as asked, or as there are; the size is bounded; twice the same. */
static void
items_are_counted(void **state)
{
    lb_error err;
    size_t area[3];
    char *path = write_slices(state, "s.h5", 30), *out = test_path(state, "s.png");
    char *again = test_path(state, "again.png");
    static const size_t asked[] = {1, 12, 200};
    for (size_t i = 0; i < 3; i++) {
        assert_ok(lb_contact_sheet_write(out, path, asked[i], NULL, &err));
        picture p = load(out);
        area[i] = count_colour(&p, 0, 0, 0);
        assert_true(p.width < 2100);
        free(p.pixels);
    }
    assert_close(area[1], 12 * area[0], 0, 0.01);
    assert_close(area[2], 30 * area[0], 0, 0.01);
    assert_ok(lb_contact_sheet_write(again, path, 200, NULL, &err));
    assert_same_bytes(out, again);
    lb_free(again);
    lb_free(out);
    lb_free(path);
}

static void
choice_is_even(void **state)
{
    size_t odd = 0, last = 0;
    (void)state;
    for (size_t i = 0; i < 24; i++) {
        size_t at = drawing_pick(i, 24, 2000);
        assert_true(at < 2000 && (i == 0 || at > last));
        assert_true(at >= i * 2000 / 24 && at < (i + 1) * 2000 / 24);
        odd += at / 10 % 2;
        last = at;
        assert_int_equal(drawing_pick(i, 24, 24), i);
    }
    assert_in_range(odd, 8, 16);
    odd = 0;
    for (size_t i = 0; i < 12; i++) { /* one of each two subjects of two slices: of both sexes */
        odd += drawing_pick(i, 12, 48) / 2 % 2;
    }
    assert_in_range(odd, 3, 9);
}

/* A mask with a white square in it, drawn in the middle of its panel. */
static void
lesions_are_shown_with_their_shapes(void **state)
{
    lb_error err;
    lb_lesion_options options;
    double square[64] = {0}, small[16];
    lb_lesion round = {8, 8, square, 0.9}, irregular = {4, 4, small, 0.3};
    lb_lesion_library library = {.count = {1, 1, 0}, .lesions = {&round, &irregular, NULL}};
    for (size_t i = 0; i < 64; i++) {
        square[i] = i / 8 >= 2 && i / 8 < 6 && i % 8 >= 2 && i % 8 < 6 ? 0.8 : 0;
    }
    for (size_t i = 0; i < 16; i++) {
        small[i] = 1;
    }
    char *path = test_path(state, "l.h5"), *out = test_path(state, "l.png");
    lb_lesion_defaults(&options);
    assert_ok(lb_lesions_save(&library, &options, path, NULL, &err));
    assert_ok(lb_contact_sheet_write(out, path, 0, NULL, &err));
    picture p = load(out);
    size_t x = 0, y = 0, zoom = 29; /* 230 / 8 */
    first_panel(&x, &y, &p);
    assert_true(is(pixel(&p, x + 4 * zoom, y + 4 * zoom), 255, 255, 255, 0));
    assert_true(is(pixel(&p, x + 3 * zoom, y + 3 * zoom), 255, 255, 255, 0));
    assert_true(is(pixel(&p, x + zoom, y + 4 * zoom), 0, 0, 0, 0));
    while (is(pixel(&p, x, y), 0, 0, 0, 0)) { /* past the first panel, to the second */
        y++;
    }
    for (size_t blank = 0; blank < 20; blank = is(pixel(&p, x, y), 0, 0, 0, 0) ? blank + 1 : 0) {
        y++;
    }
    assert_true(is(pixel(&p, x + 5 * zoom + 5, y + 2 * zoom), 255, 255, 255, 0));
    free(p.pixels);
    lb_free(out);
    lb_free(path);
}

enum { SIDE = 32, IMAGES = 6 };

/* dataset.h5 of three splits: grey images, a true square in each, labels in turn. */
static char *
write_dataset(void **state, const char *name)
{
    static const char *const splits[] = {"train", "validation", "holdout"};
    static const uint8_t label[IMAGES] = {0, 1, 0, 1, 0, 1}, lesions[IMAGES] = {3, 1, 3, 3, 3, 3};
    const int32_t slice[IMAGES] = {0};
    const size_t shape[3] = {IMAGES, SIDE, SIDE};
    lb_error err;
    lb_h5 *file = NULL;
    char *path = test_path(state, name);
    float *image = calloc(IMAGES * SIDE * SIDE, sizeof *image);
    float *truth = calloc(IMAGES * SIDE * SIDE, sizeof *truth);
    assert_true(image != NULL && truth != NULL);
    for (size_t i = 0; i < (size_t)IMAGES * SIDE * SIDE; i++) {
        size_t row = i / SIDE % SIDE, column = i % SIDE;
        image[i] = 0.5f;
        truth[i] = row >= 8 && row < 16 && column >= 8 && column < 16 ? 1 : 0;
    }
    assert_ok(lb_h5_create(&file, path, "dataset", 1, NULL, &err));
    for (size_t i = 0; i < 3; i++) {
        const void *data[] = {image, truth, label, lesions, slice};
        static const char *const members[] = {"image", "truth", "label", "lesion_count", "slice"};
        static const lb_type types[] = {LB_F32, LB_F32, LB_U8, LB_U8, LB_I32};
        for (size_t k = 0; k < 5; k++) {
            char *member = lb_format(&err, "%s/%s", splits[i], members[k]);
            assert_ok(lb_h5_write(file, member, types[k], k < 2 ? 3 : 1, shape, data[k], &err));
            lb_free(member);
        }
    }
    assert_ok(lb_h5_commit(file, &err));
    lb_h5_close(file);
    free(truth);
    free(image);
    return path;
}

/* Truths are outlined in their class's colour, as often in one class as in the other. */
static void
datasets_show_their_truths(void **state)
{
    lb_error err;
    size_t area[2];
    char *path = write_dataset(state, "d.h5"), *out = test_path(state, "d.png");
    static const size_t asked[] = {6, 12};
    for (size_t i = 0; i < 2; i++) {
        assert_ok(lb_contact_sheet_write(out, path, asked[i], NULL, &err));
        picture p = load(out);
        /* A line of 1.6 pixels between two rows of pixels covers 0.8 of each. */
        size_t round = count_near(&p, 86, 180, 233, 30);
        size_t irregular = count_near(&p, 230, 159, 0, 30);
        area[i] = count_colour(&p, 128, 128, 128);
        size_t swatch = 22 * 14; /* of the legend */
        assert_close(round - swatch, irregular - swatch, 0, 0.2);
        assert_true(round > swatch + 40 * asked[i] / 2);
        free(p.pixels);
    }
    assert_close(area[1], 2 * area[0], 0, 0.01);
    lb_free(out);
    lb_free(path);
}

static void
maps_are_shown_by_method(void **state)
{
    lb_error err;
    lb_h5 *file = NULL;
    const size_t shape[3] = {2, 8, 8};
    float map[2 * 64] = {0};
    const int32_t index[2] = {4, 7};
    char *path = test_path(state, "e.h5"), *out = test_path(state, "e.png");
    map[0] = 1;
    map[64] = NAN;
    assert_ok(lb_h5_create(&file, path, "explanations", 1, NULL, &err));
    assert_ok(lb_h5_write(file, "index", LB_I32, 1, shape, index, &err));
    assert_ok(lb_h5_commit(file, &err));
    lb_h5_close(file);
    assert_int_equal(lb_contact_sheet_write(out, path, 0, NULL, &err), LB_ERROR_FORMAT);
    assert_message(&err, "--keep maps");
    assert_ok(lb_h5_create(&file, path, "explanations", 1, NULL, &err));
    assert_ok(lb_h5_write(file, "index", LB_I32, 1, shape, index, &err));
    assert_ok(lb_h5_write(file, "saliency/map", LB_F32, 3, shape, map, &err));
    assert_ok(lb_h5_write(file, "sobel/map", LB_F32, 3, shape, map, &err));
    assert_ok(lb_h5_commit(file, &err));
    lb_h5_close(file);
    assert_ok(lb_contact_sheet_write(out, path, 0, NULL, &err));
    picture p = load(out);
    size_t zoom = 29; /* one bright pixel a method, at the bottom left; the rest is dark */
    assert_close(count_colour(&p, 255, 250, 214), 2 * zoom * zoom, 0, 0.02);
    assert_close(count_colour(&p, 4, 12, 30), (4 * 64 - 2) * zoom * zoom, 0, 0.02);
    free(p.pixels);
    lb_free(out);
    lb_free(path);
}

static void
assert_refused(void **state, const char *path, size_t items, lb_status code, const char *part)
{
    lb_error err = {0};
    char *out = test_path(state, "refused.png"), *partial = test_path(state, "refused.png.partial");
    assert_int_equal(lb_contact_sheet_write(out, path, items, NULL, &err), code);
    assert_message(&err, part);
    assert_false(test_exists(out) || test_exists(partial));
    lb_free(partial);
    lb_free(out);
}

static void
other_files_are_refused(void **state)
{
    lb_error err = {0};
    lb_h5 *file = NULL;
    size_t size = 0;
    char *path = test_path(state, "p.h5"), *slices = write_slices(state, "s.h5", 3);
    assert_ok(lb_h5_create(&file, path, "predictions", 1, NULL, &err));
    assert_ok(lb_h5_commit(file, &err));
    lb_h5_close(file);
    assert_refused(state, path, 0, LB_ERROR_UNSUPPORTED, "no picture of the format 'predictions'");
    assert_refused(state, "nowhere.h5", 0, LB_ERROR_IO, "nowhere.h5");
    assert_refused(state, slices, 201, LB_ERROR_ARGUMENT, "at most 200");
    test_write_bytes(path, "not HDF5", 8);
    assert_refused(state, path, 0, LB_ERROR_FORMAT, "p.h5");
    uint8_t *before = test_read_bytes(&size, slices);
    assert_int_equal(lb_contact_sheet_write(slices, slices, 0, NULL, &err), LB_ERROR_ARGUMENT);
    char *link_name = test_path(state, "link.png");
    assert_int_equal(symlink(slices, link_name), 0);
    assert_int_equal(lb_contact_sheet_write(link_name, slices, 0, NULL, &err), LB_ERROR_ARGUMENT);
    assert_message(&err, "its input");
    size_t now = 0;
    uint8_t *after = test_read_bytes(&now, slices);
    assert_int_equal(now, size);
    assert_memory_equal(before, after, size);
    lb_free(after);
    lb_free(before);
    lb_free(link_name);
    lb_free(slices);
    lb_free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(slices_stand_upright, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(items_are_counted, test_setup, test_teardown),
        cmocka_unit_test(choice_is_even),
        cmocka_unit_test_setup_teardown(lesions_are_shown_with_their_shapes, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(datasets_show_their_truths, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(maps_are_shown_by_method, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(other_files_are_refused, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
