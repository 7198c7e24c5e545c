/* SPDX-License-Identifier: MIT */
#include "io_testing.h"

#include <zlib.h>

#include "lesionbench/idx.h"

#define FASHION "/usr/share/datasets/fashion-mnist/"

static const uint8_t SMALL[] = {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 250};

static void
plain_and_gzipped(void **state)
{
    lb_error err = {0};
    char *path = test_path(state, "a.idx");
    for (int gzipped = 0; gzipped < 2; gzipped++) {
        lb_array array = {0};
        if (gzipped) {
            gzFile stream = gzopen(path, "wb");
            gzwrite(stream, SMALL, sizeof SMALL);
            gzclose(stream);
        } else {
            test_write_bytes(path, SMALL, sizeof SMALL);
        }
        assert_ok(lb_idx_read(&array, path, &err));
        assert_int_equal(array.type, LB_U8);
        assert_int_equal(array.rank, 2);
        assert_int_equal(array.shape[0], 2);
        assert_int_equal(array.shape[1], 3);
        assert_memory_equal(array.data, SMALL + 12, 6);
        lb_array_release(&array);
    }
    lb_free(path);
}

static void
damaged_files(void **state)
{
    lb_error err = {0};
    lb_array array = {0};
    uint8_t bytes[sizeof SMALL];
    char *path = test_path(state, "a.idx");
    for (size_t keep = 0; keep < sizeof SMALL; keep++) {
        test_write_bytes(path, SMALL, keep);
        assert_int_equal(lb_idx_read(&array, path, &err), LB_ERROR_FORMAT);
    }
    assert_message(&err, "a.idx: the IDX file is damaged or truncated");
    /* All pixels are there, but not the end of gzip's checksum. */
    gzFile stream = gzopen(path, "wb");
    gzwrite(stream, SMALL, sizeof SMALL);
    gzclose(stream);
    test_copy_damaged(path, path, test_file_size(path) - 1, SIZE_MAX);
    assert_int_equal(lb_idx_read(&array, path, &err), LB_ERROR_FORMAT);
    memcpy(bytes, SMALL, sizeof bytes);
    memset(bytes + 4, 0xFF, 8); /* 2^64 elements, nearly */
    test_write_bytes(path, bytes, sizeof bytes);
    assert_int_equal(lb_idx_read(&array, path, &err), LB_ERROR_FORMAT);
    memcpy(bytes, SMALL, sizeof bytes);
    bytes[2] = 0x0D; /* floats */
    test_write_bytes(path, bytes, sizeof bytes);
    assert_int_equal(lb_idx_read(&array, path, &err), LB_ERROR_UNSUPPORTED);
    assert_message(&err, "IDX of type 0x0d");
    assert_int_equal(lb_idx_read(&array, "/nowhere", &err), LB_ERROR_IO);
    assert_message(&err, "/nowhere: No such file");
    assert_null(array.data);
    lb_free(path);
}

/* Figures read with Python. */
static void
fashion_mnist(void **state)
{
    skip_without(FASHION "t10k-images-idx3-ubyte.gz");
    lb_error err = {0};
    lb_array images = {0}, labels = {0};
    assert_ok(lb_idx_read(&images, FASHION "t10k-images-idx3-ubyte.gz", &err));
    assert_ok(lb_idx_read(&labels, FASHION "t10k-labels-idx1-ubyte.gz", &err));
    assert_int_equal(images.rank, 3);
    assert_int_equal(images.shape[0], 10000);
    assert_int_equal(images.shape[2], 28);
    assert_int_equal(labels.shape[0], 10000);
    size_t sum = 0, counts[10] = {0};
    for (size_t i = 0; i < lb_array_count(&images); i++) {
        sum += ((uint8_t *)images.data)[i];
    }
    for (size_t i = 0; i < 10000; i++) {
        assert_true(((uint8_t *)labels.data)[i] < 10);
        counts[((uint8_t *)labels.data)[i]]++;
    }
    assert_int_equal(sum, 573469082);
    assert_int_equal(counts[9], 1000);
    lb_array_release(&labels);
    lb_array_release(&images);
    char *cut = test_path(state, "cut.gz");
    test_copy_damaged(FASHION "t10k-labels-idx1-ubyte.gz", cut, 5000, SIZE_MAX);
    assert_int_equal(lb_idx_read(&labels, cut, &err), LB_ERROR_FORMAT);
    lb_free(cut);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plain_and_gzipped, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(damaged_files, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(fashion_mnist, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("idx", tests, NULL, NULL);
}
