package dev.larder;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets go of the pages of the class cache that were needed at the start only.
///
/// The Java runtime maps the cache which the launcher has made (`-XX:AOTCache`), and looks once at
/// each of its 10,000 classes when it starts. More than half of that is never written: bytecode,
/// names, constant pools, of which a server that has been compiled uses little. It stays in the
/// process for no other reason than that it was looked at, some 40 MiB. The launcher has it mapped
/// where it was made for (`-XX:ArchiveRelocationMode=0`), so that these pages are those of the
/// file, shared by all who map it. Taking them out of this process (madvise(2), `MADV_DONTNEED`)
/// loses nothing: what is needed again comes from the system's cache of the file, without a read.
///
/// That is true only of a private mapping that cannot be written and in which nothing ever was: a
/// page that was changed would be gone. Each region is looked up anew, and one that has a page of
/// its own is left alone, as all are where the runtime had to map the cache elsewhere. Linux only;
/// elsewhere there is no such list of mappings.
final class ClassCachePages {
  private static final Logger LOG = LoggerFactory.getLogger(ClassCachePages.class);
  private static final Path MAPPINGS = Path.of("/proc/self/smaps");
  private static final Pattern MAPPING =
      Pattern.compile("([0-9a-f]+)-([0-9a-f]+) (\\S+) \\S+ \\S+ [0-9]+ *(.*)");
  private static final Pattern CHANGED = Pattern.compile("Anonymous: +([0-9]+) kB");
  private static final String READ_ONLY = "r--p";
  private static final int MADV_DONTNEED = 4;

  private ClassCachePages() {}

  /// A part of the address space.
  ///
  /// @param start its first address
  /// @param bytes how long it is
  record Region(long start, long bytes) {}

  /// Lets go of what is unchanged of the class cache, if there is one. What cannot be done is left.
  static void release() {
    if (!Files.isReadable(MAPPINGS)) {
      return;
    }
    try {
      for (Region region : unchanged(Files.readAllLines(MAPPINGS), ".aot")) {
        release(region);
      }
    } catch (IOException e) {
      LOG.debug("{} cannot be read", MAPPINGS, e);
    }
  }

  /// The read-only private mappings of a file in which nothing was ever changed.
  ///
  /// @param smaps the lines of `/proc/PID/smaps` (proc_pid_smaps(5))
  /// @param suffix how the name of the file ends
  static List<Region> unchanged(List<String> smaps, String suffix) {
    List<Region> found = new ArrayList<>();
    Region candidate = null;
    for (String line : smaps) {
      Matcher mapping = MAPPING.matcher(line);
      Matcher changed = CHANGED.matcher(line);
      if (mapping.matches()) {
        long start = Long.parseUnsignedLong(mapping.group(1), 16);
        long end = Long.parseUnsignedLong(mapping.group(2), 16);
        boolean fits = mapping.group(3).equals(READ_ONLY) && mapping.group(4).endsWith(suffix);
        candidate = fits ? new Region(start, end - start) : null;
      } else if (candidate != null && changed.matches()) {
        if (changed.group(1).equals("0")) {
          found.add(candidate);
        }
        candidate = null;
      }
    }
    return found;
  }

  /// Takes the pages of `region`, which must be of a file and unchanged, out of this process.
  @SuppressWarnings("restricted") // the launcher allows native access
  static void release(Region region) {
    Linker linker = Linker.nativeLinker();
    MethodHandle madvise =
        linker.downcallHandle(
            linker.defaultLookup().find("madvise").orElseThrow(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));
    try {
      MemorySegment start = MemorySegment.ofAddress(region.start());
      int result = (int) madvise.invokeExact(start, region.bytes(), MADV_DONTNEED);
      LOG.debug("the class cache lets go of {} bytes: {}", region.bytes(), result);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
