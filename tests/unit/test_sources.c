/* SPDX-License-Identifier: MIT */
/* Where images for training come from, and explanations into files. */
#include "testing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lesionbench/atomic_file.h"
#include "lesionbench/explanations.h"
#include "lesionbench/h5.h"
#include "lesionbench/loaders.h"
#include "lesionbench/npy.h"
#include "lesionbench/png.h"
#include "lesionbench/predictions.h"

enum { SUBJECTS = 6, EACH = 2, SIDE = 40, SIZE = 32 };
static const char SLICES[] = "slices.h5";
static const char FILE_A[] = "a", FILE_B[] = "b";

/* Slices of subject s have a brain of intensity 1 .. s + 2 (s + 1 on the left half); odd subjects
 * are male, the last one's sex is unknown. */
static void
write_slices(void)
{
    lb_error err;
    lb_h5 *file = NULL;
    enum { COUNT = SUBJECTS * EACH };
    static float image[COUNT][SIDE][SIDE];
    int8_t sex[COUNT];
    float age[COUNT];
    int32_t position[COUNT];
    const char *subject[COUNT];
    static const char *const NAMES[SUBJECTS] = {"a", "b", "c", "d", "e", "f"};
    for (size_t i = 0; i < COUNT; i++) {
        size_t s = i / EACH;
        subject[i] = NAMES[s];
        sex[i] = s == SUBJECTS - 1 ? LB_SEX_UNKNOWN : (s % 2 == 1 ? LB_MALE : LB_FEMALE);
        age[i] = 30;
        position[i] = (int32_t)(i % EACH);
        for (size_t y = 8; y < 32; y++) {
            for (size_t x = 8; x < 32; x++) {
                image[i][y][x] = (float)(x < 20 ? s + 1 : s + 2);
            }
        }
    }
    const size_t shape[3] = {COUNT, SIDE, SIDE};
    assert_ok(lb_h5_create(&file, SLICES, "slices", 1, NULL, &err));
    assert_ok(lb_h5_write(file, "image", LB_F32, 3, shape, image, &err));
    assert_ok(lb_h5_write_strings(file, "subject", COUNT, subject, &err));
    assert_ok(lb_h5_write(file, "sex", LB_I8, 1, shape, sex, &err));
    assert_ok(lb_h5_write(file, "age", LB_F32, 1, shape, age, &err));
    assert_ok(lb_h5_write(file, "position", LB_I32, 1, shape, position, &err));
    assert_ok(lb_h5_commit(file, &err));
    lb_h5_close(file);
}

/* Each source holds its own split's subjects of known sex alone, told by their intensities. */
static void
sex_keeps_to_the_split(void **state)
{
    (void)state;
    lb_error err;
    lb_slices *slices = NULL;
    lb_image_loader source = {0};
    const uint8_t split[SUBJECTS] = {LB_TRAIN,   LB_TRAIN, LB_VALIDATION,
                                     LB_HOLDOUT, LB_TRAIN, LB_TRAIN};
    static float image[EACH * 3][SIZE * SIZE];
    write_slices();
    assert_ok(lb_slices_open(&slices, SLICES, &err));
    assert_ok(lb_loader_sex(&source, slices, split, LB_TRAIN, SIZE, 0.7, NULL, &err));
    assert_int_equal(source.count, 3 * EACH); /* a, b, e; f's sex is unknown */
    assert_int_equal(lb_loader_classes(&source), 2);
    const size_t index[] = {0, 1, 2, 3, 4, 5};
    const double subject[] = {0, 0, 1, 1, 4, 4};
    assert_ok(source.read(source.data, image[0], index, 6, &err));
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(source.labels[i], i / EACH == 1 ? 1 : 0);
        /* deep in each half of the brain, away from what resizing smooths */
        double left = (double)image[i][16 * SIZE + 10], right = (double)image[i][16 * SIZE + 21];
        assert_close(left, 0.7 * (subject[i] + 1) / (subject[i] + 2), 1e-3, 0);
        assert_close(right, 0.7, 1e-3, 0);
        assert_close(image[i][0], 0, 1e-6, 0);
    }
    lb_loader_release(&source);
    assert_ok(lb_loader_sex(&source, slices, split, LB_HOLDOUT, SIZE, 0.7, NULL, &err));
    assert_int_equal(source.count, EACH);
    lb_loader_release(&source);
    const uint8_t none[SUBJECTS] = {LB_TRAIN};
    assert_int_equal(lb_loader_sex(&source, slices, none, LB_HOLDOUT, SIZE, 0.7, NULL, &err),
                     LB_ERROR_ARGUMENT);
    lb_slices_close(slices);
    unlink(SLICES);
}

static void
write_idx(const char *path, const uint8_t *header, size_t header_length, const uint8_t *data,
          size_t length)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(header, 1, header_length, stream), header_length);
    assert_int_equal(fwrite(data, 1, length, stream), length);
    assert_int_equal(fclose(stream), 0);
}

/* 30 images, image i all of value i with label i % 10: each is found once, in the right half. */
static void
idx_is_split_without_overlap(void **state)
{
    (void)state;
    lb_error err;
    enum { COUNT = 30, BYTES = 4 };
    uint8_t pixels[COUNT * BYTES], labels[COUNT], seen[COUNT] = {0};
    lb_image_loader sources[2] = {{0}};
    for (size_t i = 0; i < COUNT; i++) {
        memset(pixels + i * BYTES, (int)i, BYTES);
        labels[i] = (uint8_t)(i % 10);
    }
    write_idx(FILE_A, (const uint8_t[]){0, 0, 8, 3, 0, 0, 0, COUNT, 0, 0, 0, 2, 0, 0, 0, 2}, 16,
              pixels, sizeof pixels);
    write_idx(FILE_B, (const uint8_t[]){0, 0, 8, 1, 0, 0, 0, COUNT}, 8, labels, sizeof labels);
    assert_ok(lb_loader_idx(&sources[0], &sources[1], FILE_A, FILE_B, 0, SIZE, 7, &err));
    assert_int_equal(sources[0].count, 27);
    assert_int_equal(sources[1].count, 3);
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < sources[i].count; j++) {
            static float image[SIZE * SIZE];
            assert_ok(sources[i].read(sources[i].data, image, &j, 1, &err));
            size_t value = (size_t)lround((double)image[SIZE * SIZE / 2] * 255);
            assert_true(value < COUNT && seen[value] == 0);
            seen[value] = 1;
            assert_int_equal(sources[i].labels[j], value % 10);
        }
        lb_loader_release(&sources[i]);
    }
    assert_ok(lb_loader_idx(&sources[0], &sources[1], FILE_A, FILE_B, 20, SIZE, 7, &err));
    assert_int_equal(sources[0].count + sources[1].count, 20);
    lb_loader_release(&sources[0]);
    lb_loader_release(&sources[1]);
    assert_int_equal(lb_loader_idx(&sources[0], &sources[1], FILE_A, FILE_A, 0, SIZE, 7, &err),
                     LB_ERROR_FORMAT);
    unlink(FILE_A);
    unlink(FILE_B);
}

enum { PICTURES = 12, CLASSES = 3 };

/* pictures/CLASS/i.png for i in 0 .. PICTURES - 1, all of value 20 i; every other one RGB with
 * green at 1. The folders' order is not that of the letters. Also what is to be left alone. */
static void
write_folder(void)
{
    lb_error err;
    static const char *const NAMES[CLASSES] = {"Zebra", "ant/small", "bee"};
    uint8_t pixels[6 * 8 * 3];
    for (size_t i = 0; i < PICTURES; i++) {
        char path[80];
        snprintf(path, sizeof path, "pictures/%s", NAMES[i % CLASSES]);
        assert_ok(lb_make_directories(path, &err));
        snprintf(path, sizeof path, "pictures/%s/%zu.%s", NAMES[i % CLASSES], i,
                 i < 6 ? "png" : "JPEG");
        size_t channels = i % 2 == 0 ? 1 : 3;
        for (size_t j = 0; j < sizeof pixels; j++) {
            pixels[j] = (uint8_t)(channels == 3 && j % 3 == 1 ? 255 : 20 * i);
        }
        uint8_t *png = NULL;
        size_t size = 0;
        assert_ok(lb_png_encode(&png, &size, 6, 8, channels, pixels, &err));
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(png, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
        lb_free(png);
    }
    write_idx("pictures/bee/notes.txt", (const uint8_t *)"x", 1, pixels, 0);
    write_idx("pictures/bee/.0.png", (const uint8_t *)"x", 1, pixels, 0);
    assert_ok(lb_make_directories("pictures/.hidden", &err));
}

static void
remove_folder(void)
{
    assert_int_equal(system("rm -r pictures"), 0);
}

/* Each picture is found once under its class, in the right half, with its own colours. */
static void
check_pictures(lb_image_loader sources[2], size_t count, const uint8_t *class_of)
{
    lb_error err;
    uint8_t seen[PICTURES] = {0};
    assert_int_equal(sources[0].count + sources[1].count, count);
    assert_int_equal(sources[1].count, 1);
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < sources[i].count; j++) {
            static float image[3][SIZE * SIZE];
            assert_int_equal(sources[i].channels, 3);
            assert_ok(sources[i].read(sources[i].data, image[0], &j, 1, &err));
            size_t value = (size_t)lround((double)image[0][SIZE * SIZE / 2] * 255);
            size_t picture = value / 20;
            assert_true(value % 20 == 0 && picture < PICTURES && seen[picture] == 0);
            seen[picture] = 1;
            assert_int_equal(sources[i].labels[j], class_of[picture % CLASSES]);
            assert_close(image[1][7], picture % 2 == 0 ? (double)image[0][7] : 1, 1e-6, 0);
            assert_close(image[2][7], image[0][7], 1e-6, 0);
        }
        lb_loader_release(&sources[i]);
    }
}

static void
folders_are_classes(void **state)
{
    (void)state;
    lb_error err;
    lb_image_loader sources[2] = {{0}};
    write_folder();
    assert_ok(lb_loader_folder(&sources[0], &sources[1], "pictures", NULL, 0, SIZE, 7, &err));
    check_pictures(sources, PICTURES, (const uint8_t[]){0, 1, 2});
    assert_ok(lb_loader_folder(&sources[0], &sources[1], "pictures", NULL, 5, SIZE, 7, &err));
    check_pictures(sources, 5, (const uint8_t[]){0, 1, 2});
    remove_folder();
}

/* A copy or a link in the same class counts once, in another class it is an error. */
static void
pictures_count_once(void **state)
{
    (void)state;
    lb_error err = {0};
    lb_image_loader sources[2] = {{0}};
    write_folder();
    assert_int_equal(system("cd pictures/Zebra && cp 0.png copy.png && ln -s 3.png soft.png && "
                            "ln 6.JPEG hard.jpeg"),
                     0);
    assert_ok(lb_loader_folder(&sources[0], &sources[1], "pictures", NULL, 0, SIZE, 7, &err));
    check_pictures(sources, PICTURES, (const uint8_t[]){0, 1, 2});
    assert_int_equal(system("cp pictures/Zebra/3.png pictures/bee/other.png"), 0);
    assert_int_not_equal(
        lb_loader_folder(&sources[0], &sources[1], "pictures", NULL, 0, SIZE, 7, &err), LB_OK);
    assert_string_equal(err.message, "pictures/Zebra/3.png and pictures/bee/other.png are one "
                                     "picture in two classes (leave one of them out)");
    remove_folder();
}

static void
write_table(const char *label_of[CLASSES])
{
    FILE *stream = fopen(FILE_A, "w");
    assert_non_null(stream);
    fprintf(stream, "file,label\n");
    for (size_t i = 0; i < 6; i++) {
        static const char *const NAMES[CLASSES] = {"Zebra", "ant/small", "bee"};
        fprintf(stream, "%s/%zu.png,%s\n", NAMES[i % CLASSES], i, label_of[i % CLASSES]);
    }
    fclose(stream);
}

/* Numbers are the classes; names are numbered in byte order. */
static void
tables_name_classes(void **state)
{
    (void)state;
    lb_error err;
    lb_image_loader sources[2] = {{0}};
    write_folder();
    write_table((const char *[]){"7", "0", "10"});
    assert_ok(lb_loader_folder(&sources[0], &sources[1], "pictures", FILE_A, 0, SIZE, 7, &err));
    check_pictures(sources, 6, (const uint8_t[]){7, 0, 10});
    write_table((const char *[]){"b", "10", "B"});
    assert_ok(lb_loader_folder(&sources[0], &sources[1], "pictures", FILE_A, 0, SIZE, 7, &err));
    check_pictures(sources, 6, (const uint8_t[]){2, 0, 1});
    unlink(FILE_A);
    remove_folder();
}

static void
assert_refused(const char *labels, const char *message)
{
    lb_error err = {0};
    lb_image_loader sources[2] = {{0}};
    assert_int_not_equal(
        lb_loader_folder(&sources[0], &sources[1], "pictures", labels, 0, SIZE, 7, &err), LB_OK);
    assert_string_equal(err.message, message);
}

static void
wrong_folders_are_refused(void **state)
{
    (void)state;
    lb_error err = {0};
    lb_image_loader sources[2] = {{0}};
    const size_t index[] = {0, 1, 2, 3, 4};
    static float images[5 * 3 * SIZE * SIZE];
    assert_refused(NULL, "pictures: No such file or directory");
    write_folder();
    assert_int_equal(system("mkdir pictures/empty"), 0);
    assert_refused(NULL, "pictures/empty: a class without PNG or JPEG pictures");
    assert_int_equal(system("rmdir pictures/empty; ln -s ../moved pictures/cat"), 0);
    assert_refused(NULL, "pictures/cat: is a link to '../moved', which cannot be reached: No such "
                         "file or directory");
    assert_int_equal(system("rm pictures/cat pictures/bee/5.png"), 0);
    write_table((const char *[]){"a", "b", "c"});
    assert_refused(FILE_A, "a: line 7: pictures/bee/5.png: No such file or directory");
    assert_int_equal(system("ln -s .git/annex/objects/a/b/c.png pictures/bee/5.png"), 0);
    assert_refused(FILE_A, "a: line 7: pictures/bee/5.png: its content is not here: fetch it with "
                           "'datalad get pictures/bee/5.png' (it is a git-annex link to "
                           "'.git/annex/objects/a/b/c.png')");
    write_table((const char *[]){"a", "a", "a"});
    assert_refused(FILE_A, "a: has 1 different labels: 2 to 256 are offered");
    assert_int_equal(system("rm -r pictures/bee pictures/ant"), 0);
    assert_refused(NULL, "pictures: holds 1 folders, where each class has one (or give a table of "
                         "labels)");
    assert_int_equal(system("mkdir pictures/ant; echo x >pictures/ant/x.png"), 0);
    assert_ok(lb_loader_folder(&sources[0], &sources[1], "pictures", NULL, 0, SIZE, 7, &err));
    size_t count = sources[0].count;
    lb_status read = sources[0].read(sources[0].data, images, index, count, &err);
    if (read == LB_OK) { /* it was drawn for validation */
        read = sources[1].read(sources[1].data, images, index, 1, &err);
    }
    assert_int_equal(read, LB_ERROR_FORMAT);
    assert_string_equal(err.message, "pictures/ant/x.png: is neither a PNG nor a JPEG picture");
    lb_loader_release(&sources[0]);
    lb_loader_release(&sources[1]);
    unlink(FILE_A);
    remove_folder();
}

/* Image i is a ramp that starts at i: its raw_input map is the image itself. */
static void
write_ramps(size_t count)
{
    lb_error err;
    static double images[4][SIZE * SIZE];
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < (size_t)SIZE * SIZE; j++) {
            images[i][j] = (double)(i + j);
        }
    }
    assert_ok(lb_npy_write(FILE_A, LB_F64, 3, (const size_t[]){count, SIZE, SIZE}, images, &err));
}

static void
kept_maps_are_written_in_order(void **state)
{
    (void)state;
    lb_error err;
    lb_h5 *file = NULL;
    lb_array index = {0}, map = {0}, share = {0};
    lb_image_loader images = {0};
    const lb_method *methods[2];
    write_ramps(4);
    assert_ok(lb_loader_npy(&images, FILE_A, LB_LAYOUT_UNSAID, NULL, &err));
    assert_ok(lb_method_get(&methods[0], "raw_input", &err));
    assert_ok(lb_method_get(&methods[1], "sobel", &err));
    const lb_explain_item items[] = {{3, 1, "", true}, {0, 0, "", false}, {2, 0, "", true}};
    lb_explain_job job = {.images = &images,
                          .items = items,
                          .count = 3,
                          .methods = methods,
                          .method_count = 2,
                          .keep = LB_KEEP_MAPS};
    lb_explain_defaults(&job.options);
    job.options.batch = 2; /* so that the last batch is not full */
    assert_ok(lb_explain_to_file(&job, FILE_B, NULL, NULL, NULL, &err));
    assert_ok(lb_h5_open(&file, FILE_B, "explanations", &err));
    assert_ok(lb_h5_read(&index, file, "index", LB_I32, &err));
    assert_ok(lb_h5_read(&map, file, "raw_input/map", LB_F32, &err));
    assert_int_equal(map.shape[0], 2);
    assert_int_equal(((const int32_t *)index.data)[0], 3);
    assert_int_equal(((const int32_t *)index.data)[1], 2);
    const float *first = map.data, *second = first + SIZE * SIZE;
    double scale = (double)first[0] / 3; /* 0.2989 + 0.5870 + 0.1140, where it is applied */
    assert_close(scale, 1, 1e-3, 0);
    assert_close(first[100], 103 * scale, 1e-3, 0);
    assert_close(second[100], 102 * scale, 1e-3, 0);
    assert_true(lb_h5_has(file, "sobel/map"));
    /* A share for each map that is kept, a summary of them. */
    assert_ok(lb_h5_read(&share, file, "raw_input/zero_share", LB_F64, &err));
    assert_int_equal(share.shape[0], 2);
    assert_true(((const double *)share.data)[0] == 0);
    assert_true(lb_h5_has_attribute(file, "raw_input", "zero_share"));
    assert_false(lb_h5_has(file, "raw_input/completeness_error"));
    assert_false(lb_h5_has_attribute(file, "raw_input", "steps"));
    lb_array_release(&share);
    lb_array_release(&index);
    lb_array_release(&map);
    lb_h5_close(file);
    lb_loader_release(&images);
    unlink(FILE_A);
    unlink(FILE_B);
}

/* Where no image is right for all models there is nothing to explain, and that is no error. */
static void
nothing_to_explain_is_a_file(void **state)
{
    (void)state;
    lb_error err;
    lb_image_loader images = {0};
    lb_score_rows rows = {0};
    lb_score_table table = {0};
    const lb_method *method = NULL;
    write_ramps(1);
    assert_ok(lb_loader_npy(&images, FILE_A, LB_LAYOUT_UNSAID, NULL, &err));
    assert_ok(lb_method_get(&method, "raw_input", &err));
    lb_explain_job job = {
        .images = &images, .methods = &method, .method_count = 1, .keep = LB_KEEP_MAPS};
    lb_explain_defaults(&job.options);
    assert_ok(lb_explain_to_file(&job, FILE_B, &rows, NULL, NULL, &err));
    assert_int_equal(rows.count, 0);
    assert_ok(lb_score_rows_write(&rows, FILE_A, &err));
    assert_ok(lb_scores_read(&table, FILE_A, &err));
    assert_int_equal(table.count, 0);
    assert_ok(lb_explanation_table_write(&table, NULL, 0, FILE_A, &err));
    lb_score_table_release(&table);
    lb_score_rows_release(&rows);
    lb_loader_release(&images);
    unlink(FILE_A);
    unlink(FILE_B);
}

static void
predictions_come_back(void **state)
{
    (void)state;
    lb_error err;
    double logits[] = {1, 2, 3, -1, 0, 0.5};
    int32_t predicted[] = {1, 0, 999};
    int32_t labels[] = {1, 1, 1};
    lb_predictions back = {0};
    lb_predictions made = {.name = {.corpus = "mri", .degree = "all", .epochs = "7"},
                           .split = "holdout",
                           .count = 3,
                           .classes = 2,
                           .logits = logits,
                           .predicted = predicted,
                           .labels = labels};
    assert_ok(lb_predictions_save(&made, FILE_A, NULL, &err));
    assert_ok(lb_predictions_load(&back, FILE_A, &err));
    assert_int_equal(back.count, 3);
    assert_memory_equal(back.logits, logits, sizeof logits);
    assert_memory_equal(back.predicted, predicted, sizeof predicted);
    assert_memory_equal(back.labels, labels, sizeof labels);
    assert_string_equal(back.name.corpus, "mri");
    assert_string_equal(back.name.epochs, "7");
    assert_string_equal(back.name.seed, "");
    assert_string_equal(back.split, "holdout");
    lb_predictions_release(&back);
    made.labels = NULL;
    lb_classification score;
    assert_ok(lb_predictions_save(&made, FILE_A, NULL, &err));
    assert_ok(lb_predictions_load(&back, FILE_A, &err));
    assert_null(back.labels);
    assert_int_equal(lb_predictions_score(&score, &back, FILE_A, &err), LB_ERROR_ARGUMENT);
    lb_predictions_release(&back);
    unlink(FILE_A);
}

/* Another program's logits of float64: tiny, and apart by less than float32 tells. */
static void
logits_keep_their_ranks(void **state)
{
    (void)state;
    lb_error err;
    lb_h5 *file = NULL;
    lb_predictions back = {0};
    lb_classification score;
    const size_t shape[] = {4, 2};
    const uint8_t labels[] = {0, 0, 1, 1}, predicted[] = {1, 1, 1, 1};
    const double units[] = {1e-50, 1, 1e250};
    for (size_t u = 0; u < 3; u++) {
        double logits[8] = {0};
        for (size_t i = 0; i < 4; i++) {
            logits[2 * i + 1] = units[u] * (1 + 1e-12 * (double)i);
        }
        assert_ok(lb_h5_create(&file, FILE_A, "predictions", 1, NULL, &err));
        assert_ok(lb_h5_write(file, "logits", LB_F64, 2, shape, logits, &err));
        assert_ok(lb_h5_write(file, "predicted", LB_U8, 1, shape, predicted, &err));
        assert_ok(lb_h5_write(file, "label", LB_U8, 1, shape, labels, &err));
        assert_ok(lb_h5_commit(file, &err));
        lb_h5_close(file);
        assert_ok(lb_predictions_load(&back, FILE_A, &err));
        assert_ok(lb_predictions_score(&score, &back, FILE_A, &err));
        assert_true(score.auroc == 1 && score.auprc == 1);
        lb_predictions_release(&back);
    }
    unlink(FILE_A);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sex_keeps_to_the_split),
        cmocka_unit_test(idx_is_split_without_overlap),
        cmocka_unit_test(logits_keep_their_ranks),
        cmocka_unit_test(folders_are_classes),
        cmocka_unit_test(pictures_count_once),
        cmocka_unit_test(tables_name_classes),
        cmocka_unit_test(wrong_folders_are_refused),
        cmocka_unit_test(kept_maps_are_written_in_order),
        cmocka_unit_test(nothing_to_explain_is_a_file),
        cmocka_unit_test(predictions_come_back),
    };
    char folder[] = "/tmp/lesionbench_test_XXXXXX";
    if (mkdtemp(folder) == NULL || chdir(folder) != 0) {
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
