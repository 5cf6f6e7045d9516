/* Records what a process does to the files below $LOSSY_FOLDER, so that a loss of power can be played: LD_PRELOAD it.
 *
 * Each record: one letter, then lengths and bytes (path, number, data); see lossy.py, which reads them. Files are named
 * by path and inode, because SQLite and holdfast rename and replace them. Only calls that the two make are caught. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int journal = -1;
static const char *folder;

__attribute__((constructor)) static void begin(void) {
    folder = getenv("LOSSY_FOLDER");
    const char *path = getenv("LOSSY_JOURNAL");
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    if (folder && path) journal = real(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void note(char what, const char *path, uint64_t inode, uint64_t at, const void *data, uint64_t size) {
    uint64_t head[4] = {strlen(path), inode, at, size};
    struct iovec parts[4] = {{&what, 1}, {head, sizeof head}, {(void *)path, head[0]}, {(void *)data, size}};
    ssize_t (*real)(int, const struct iovec *, int) = dlsym(RTLD_NEXT, "writev");
    if (real(journal, parts, 4) != (ssize_t)(1 + sizeof head + head[0] + size)) abort();
}

static int ours(int fd, char *path, struct stat *found) {
    char link[64];
    if (journal < 0 || fd == journal) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return !strncmp(path, folder, strlen(folder)) && !fstat(fd, found);
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = dlsym(RTLD_NEXT, #name)
#define UNDER(fd, before, after, call)                                   \
    char path[PATH_MAX]; struct stat found; __typeof__(call) result;     \
    if (!ours(fd, path, &found)) return call;                            \
    pthread_mutex_lock(&lock); before; result = call; after;             \
    pthread_mutex_unlock(&lock); return result

ssize_t write(int fd, const void *data, size_t size) {
    REAL(write);
    UNDER(fd, , if (result > 0) note('w', path, found.st_ino, lseek(fd, 0, SEEK_CUR) - result, data, result), real(fd, data, size));
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    REAL(pwrite64);
    UNDER(fd, , if (result > 0) note('w', path, found.st_ino, at, data, result), real(fd, data, size, at));
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return pwrite64(fd, data, size, at); }

int ftruncate64(int fd, off64_t size) {
    REAL(ftruncate64);
    UNDER(fd, , if (!result) note('t', path, found.st_ino, size, "", 0), real(fd, size));
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int fsync(int fd) {
    REAL(fsync);
    UNDER(fd, , if (!result) note(S_ISDIR(found.st_mode) ? 'd' : 's', path, found.st_ino, 0, "", 0), real(fd));
}

int fdatasync(int fd) {
    REAL(fdatasync);
    UNDER(fd, , if (!result) note('s', path, found.st_ino, 0, "", 0), real(fd));
}

/* A file that was not there before is one of its own, even where it gets the inode of one that is gone. */
static int opened(int fd, int flags, int before) {
    char path[PATH_MAX]; struct stat found;
    if (fd >= 0 && (flags & O_CREAT) && ours(fd, path, &found)) {
        pthread_mutex_lock(&lock);
        if (!before) note('c', path, found.st_ino, 0, "", 0);
        if (flags & O_TRUNC) note('t', path, found.st_ino, 0, "", 0);
        pthread_mutex_unlock(&lock);
    }
    return fd;
}

#define MODE mode_t mode = 0; struct stat old; int before = !(flags & O_CREAT) || !stat(path, &old); \
    if (flags & O_CREAT) { va_list rest; va_start(rest, flags); mode = va_arg(rest, int); va_end(rest); }
int open(const char *path, int flags, ...) { REAL(open); MODE return opened(real(path, flags, mode), flags, before); }
int open64(const char *path, int flags, ...) { REAL(open64); MODE return opened(real(path, flags, mode), flags, before); }

int rename(const char *from, const char *to) {
    REAL(rename);
    struct stat found;
    if (journal < 0 || strncmp(from, folder, strlen(folder)) || stat(from, &found)) return real(from, to);
    pthread_mutex_lock(&lock);
    int result = real(from, to);
    if (!result) note('r', from, found.st_ino, 0, to, strlen(to));
    pthread_mutex_unlock(&lock);
    return result;
}

int unlink(const char *path) {
    REAL(unlink);
    struct stat found;
    if (journal < 0 || strncmp(path, folder, strlen(folder)) || stat(path, &found)) return real(path);
    pthread_mutex_lock(&lock);
    int result = real(path);
    if (!result) note('u', path, found.st_ino, 0, "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}
