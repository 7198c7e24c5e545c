/* SPDX-License-Identifier: MIT */
/* How much memory it takes to load a VGG-16 at full width, from files of holes. */
#include <sys/wait.h>
#include <unistd.h>

#include "torch_testing.h"

#include "nn/architecture.h"

#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 }; /* it takes memory of its own */
#else
enum { SANITIZED = 0 };
#endif

/* The last number of a line of /proc/self/status that begins with the key, in bytes. */
static size_t
memory_of(const char *key)
{
    char line[200];
    size_t kilobytes = 0;
    FILE *stream = fopen("/proc/self/status", "r");
    while (stream != NULL && fgets(line, sizeof line, stream) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0) {
            kilobytes = strtoul(line + strlen(key), NULL, 10);
        }
    }
    if (stream != NULL) {
        fclose(stream);
    }
    return kilobytes * 1024;
}

/* A VGG-16 at full width whose weights are all 0, which the file system need not store. */
typedef struct full_network {
    lb_parameter parameters[LB_MAX_PARAMETERS];
    test_tensor tensors[LB_MAX_PARAMETERS];
    char keys[LB_MAX_PARAMETERS][24];
    size_t count, size; /* bytes of all weights */
} full_network;

static void
make_full_network(full_network *out)
{
    lb_error err;
    lb_architecture architecture;
    assert_ok(lb_architecture_init(&architecture, "vgg16", 1, 1000, &err));
    out->count = lb_architecture_parameters(out->parameters, &architecture);
    out->size = 0;
    for (size_t i = 0; i < out->count; i++) {
        const lb_parameter *from = &out->parameters[i];
        snprintf(out->keys[i], sizeof out->keys[i], "%zu", i);
        out->tensors[i] = test_tensor_of(from, from->name, out->keys[i]);
        out->tensors[i].bytes = ""; /* a hole */
        out->tensors[i].size = 0;
        out->size += from->count * sizeof(float);
    }
}

static void
write_bytes(FILE *stream, test_bytes *bytes)
{
    assert_int_equal(fwrite(bytes->data, 1, bytes->size, stream), bytes->size);
    bytes->size = 0;
}

static void
write_full_safetensors(FILE *stream, const full_network *full)
{
    test_bytes header = {0}, length = {0};
    size_t offset = 0;
    for (size_t i = 0; i < full->count; i++) {
        char text[200];
        const lb_parameter *from = &full->parameters[i];
        test_put_text(&header, i > 0 ? ",\"" : "{\"");
        test_put_text(&header, from->name);
        for (size_t axis = 0; axis < from->rank; axis++) {
            snprintf(text, sizeof text, "%s%zu",
                     axis > 0 ? "," : "\":{\"dtype\":\"F32\",\"shape\":[", from->shape[axis]);
            test_put_text(&header, text);
        }
        snprintf(text, sizeof text, "],\"data_offsets\":[%zu,%zu]}", offset,
                 offset + from->count * sizeof(float));
        test_put_text(&header, text);
        offset += from->count * sizeof(float);
    }
    test_put_text(&header, "}");
    test_put_number(&length, header.size, 8);
    write_bytes(stream, &length);
    write_bytes(stream, &header);
    fseek(stream, (long)offset, SEEK_CUR);
    free(length.data);
    free(header.data);
}

static void
write_full_legacy(FILE *stream, const full_network *full)
{
    test_bytes bytes = {0};
    test_put_torch_legacy(&bytes, full->tensors, full->count);
    bytes.size -= full->count * sizeof(uint64_t); /* the storages' counts, without holes */
    write_bytes(stream, &bytes);
    for (size_t i = 0; i < full->count; i++) {
        test_put_number(&bytes, full->parameters[i].count, 8);
        write_bytes(stream, &bytes);
        fseek(stream, (long)(full->parameters[i].count * sizeof(float)), SEEK_CUR);
    }
    free(bytes.data);
}

static uint32_t
crc_of_zeros(size_t size)
{
    static const uint8_t zeros[1 << 20];
    uLong crc = crc32(0, Z_NULL, 0);
    for (size_t done = 0; done < size; done += sizeof zeros) {
        size_t left = size - done;
        crc = crc32(crc, zeros, (uInt)(left < sizeof zeros ? left : sizeof zeros));
    }
    return (uint32_t)crc;
}

static void
write_full_zip(FILE *stream, const full_network *full)
{
    test_bytes bytes = {0}, central = {0}, pickle = {0};
    test_put_state(&pickle, full->tensors, full->count, false);
    for (size_t i = 0; i <= full->count; i++) {
        char name[40] = "it/data.pkl";
        size_t header = (size_t)ftell(stream), size = 0;
        test_entry entry = test_entry_of(name, pickle.data, pickle.size);
        if (i > 0) {
            size = full->parameters[i - 1].count * sizeof(float);
            snprintf(name, sizeof name, "it/data/%s", full->keys[i - 1]);
            entry = (test_entry){
                .name = name, .bytes = "", .claimed = (uint32_t)size, .crc = crc_of_zeros(size)};
        }
        test_put_entry(&bytes, &entry, false, 0);
        test_put(&bytes, entry.bytes, entry.size);
        test_put_entry(&central, &entry, true, header);
        write_bytes(stream, &bytes);
        fseek(stream, (long)size, SEEK_CUR);
    }
    size_t begin = (size_t)ftell(stream), length = central.size;
    write_bytes(stream, &central);
    test_put_end(&bytes, full->count + 1, begin, length);
    write_bytes(stream, &bytes);
    free(pickle.data);
    free(central.data);
    free(bytes.data);
}

/* What loading takes at its peak, in a process of its own: all resident memory, and that without
 * the pages of the file. */
static void
measure_loading(size_t figures[2], const char *path)
{
    int ends[2], code = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        lb_error err;
        lb_network *network = NULL;
        size_t before = memory_of("VmRSS:"), own = memory_of("RssAnon:");
        if (lb_network_load(&network, path, &err) != LB_OK) {
            fprintf(stderr, "%s\n", err.message);
            _exit(1);
        }
        const size_t found[2] = {memory_of("VmHWM:") - before, memory_of("RssAnon:") - own};
        _exit(write(ends[1], found, sizeof found) == (ssize_t)sizeof found ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_int_equal(code, 0);
    assert_int_equal(read(ends[0], figures, 2 * sizeof *figures), 2 * sizeof *figures);
    close(ends[0]);
    close(ends[1]);
}

static void
memory_of_loading(void **state)
{
    static void (*const writers[])(FILE *, const full_network *) = {
        write_full_safetensors, write_full_zip, write_full_legacy};
    static const char *const names[] = {"safetensors", "zip", "legacy"};
    full_network full;
    make_full_network(&full);
    for (size_t i = 0; i < 3; i++) {
        char *path = test_path(state, names[i]);
        size_t figures[2] = {0};
        FILE *stream = fopen(path, "wb");
        assert_non_null(stream);
        writers[i](stream, &full);
        long size = ftell(stream);
        assert_int_equal(fclose(stream), 0);
        assert_int_equal(truncate(path, size), 0); /* the last hole */
        measure_loading(figures, path);
        double all = (double)figures[0] / (double)full.size;
        double own = (double)figures[1] / (double)full.size;
        print_message("%s: %.0f MB of weights; at its peak, loading has %.2f x their size "
                      "resident; afterwards %.2f x is its own\n",
                      names[i], (double)full.size / 1e6, all, own);
        assert_true(all <= 1.2 || SANITIZED);
        assert_true(own >= 0.99); /* it was loaded */
        unlink(path);
        lb_free(path);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(memory_of_loading, test_setup, test_teardown)};
    return cmocka_run_group_tests_name("memory of weights", tests, NULL, NULL);
}
