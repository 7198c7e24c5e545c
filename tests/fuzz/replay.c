/* SPDX-License-Identifier: MIT */
/* Replays files, or the files of folders, through a fuzz target, each within a bound of time and
 * memory. usage: fuzz_NAME FILE|FOLDER... */
#include "fuzz.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lesionbench/file_bytes.h"

enum { SECONDS = 10, MEGABYTES = 256 };

static const char *current = "nothing";

static void
tell_and_stop(int number)
{
    static const char SLOW[] = "ERROR: takes too long: ", DIED[] = "ERROR: died of a signal: ";
    const char *why = number == SIGALRM ? SLOW : DIED;
    if (write(STDERR_FILENO, why, strlen(why)) < 0 ||
        write(STDERR_FILENO, current, strlen(current)) < 0 || write(STDERR_FILENO, "\n", 1) < 0) {
        _exit(2);
    }
    _exit(1);
}

static bool
replay_file(const char *path)
{
    lb_error err;
    char *bytes = NULL;
    size_t size = 0;
    if (lb_file_read(&bytes, &size, path, &err) != LB_OK) {
        fprintf(stderr, "ERROR: %s\n", err.message);
        return false;
    }
    uint8_t *exact = malloc(size > 0 ? size : 1); /* so that reading behind the end is seen */
    if (exact == NULL) {
        abort();
    }
    memcpy(exact, bytes, size);
    lb_free(bytes);
    current = path;
    size_t before = lb_peak_memory();
    alarm(SECONDS);
    LLVMFuzzerTestOneInput(exact, size);
    alarm(0);
    size_t more = (lb_peak_memory() - before) >> 20;
    free(exact);
    if (more > MEGABYTES) {
        fprintf(stderr, "ERROR: needs %zu MB of memory: %s\n", more, path);
    }
    return more <= MEGABYTES;
}

static bool
replay(const char *path, size_t *count)
{
    struct stat about;
    DIR *folder = NULL;
    bool good = true;
    if (stat(path, &about) != 0 || !S_ISDIR(about.st_mode)) {
        ++*count;
        return replay_file(path);
    }
    folder = opendir(path);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.') {
            ++*count;
            good = replay_file(name) && good;
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return good;
}

int
main(int argc, char **argv)
{
    bool good = true;
    size_t count = 0;
    signal(SIGALRM, tell_and_stop);
    signal(SIGABRT, tell_and_stop);
    for (int i = 1; i < argc; i++) {
        good = replay(argv[i], &count) && good;
    }
    if (count == 0) {
        fprintf(stderr, "ERROR: no files to replay\n");
        return 1;
    }
    printf("%s 1 - %s: %zu files\n", good ? "ok" : "not ok", argv[0], count);
    return good ? 0 : 1;
}
