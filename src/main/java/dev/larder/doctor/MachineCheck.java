package dev.larder.doctor;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.larder.clock.Ages;
import dev.larder.clock.ClockWarning;
import dev.larder.database.Database;
import dev.larder.format.Compression;
import dev.larder.serve.Natives;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Looks at what Larder runs on: Java, native libraries, memory, descriptors, the clock.
final class MachineCheck {
  /// What `larder serve` takes at most: heap, buffers, code, stacks.
  private static final long MEMORY = 400L << 20;

  /// The heap that the launcher gives `larder serve`.
  private static final long SERVE_HEAP = 128L << 20;

  /// A connection that is sent a file has two; and there are indexes, upstreams, libraries.
  private static final int SPARE_DESCRIPTORS = 1000;

  private static final String ABOUT = "machine";

  private final Consumer<Finding> findings;
  private final InstantSource clock;

  MachineCheck(Consumer<Finding> findings, InstantSource clock) {
    this.findings = findings;
    this.clock = clock;
  }

  /// @param connections how many clients may be connected at once
  void look(int connections) {
    Natives natives = Natives.here(connections);
    java();
    memory(((OperatingSystemMXBean) bean()).getTotalMemorySize());
    natives(natives);
    if (bean() instanceof UnixOperatingSystemMXBean unix) {
      descriptors(unix.getMaxFileDescriptorCount(), natives.connections());
    }
    clock();
  }

  private static java.lang.management.OperatingSystemMXBean bean() {
    return ManagementFactory.getOperatingSystemMXBean();
  }

  private void java() {
    findings.accept(
        Finding.ok(
            ABOUT,
            "java",
            "%s, %s, %s/%s"
                .formatted(
                    Runtime.version(),
                    System.getProperty("java.vendor", "vendor unknown"),
                    System.getProperty("os.name", "?").toLowerCase(Locale.ROOT),
                    System.getProperty("os.arch", "?"))));
  }

  /// @param total of the machine, or what a container may have
  void memory(long total) {
    String detail =
        "%d MiB for this machine or container; larder serve has a heap of %d MiB and takes up to %d"
            .formatted(total >> 20, SERVE_HEAP >> 20, MEMORY >> 20);
    findings.accept(
        total > 0 && total < MEMORY
            ? Finding.problem(ABOUT, "memory", detail)
                .because("the kernel may end the server when it is busy")
                .remedy("raise the limit of the container or service")
            : Finding.ok(ABOUT, "memory", detail));
  }

  private void natives(Natives natives) {
    library("sockets", natives.sockets(), natives.noEpoll(), "large files are sent a bit slower");
    library("tls", natives.tls(), natives.noOpenSsl(), "TLS takes more of the processor");
    String noZstd = zstd();
    findings.accept(
        noZstd == null
            ? Finding.ok(ABOUT, "zstd", "native")
            : Finding.problem(ABOUT, "zstd", noZstd)
                .because("packages and catalogues packed with it cannot be read")
                .remedy("run Larder on a system that zstd-jni has a library for"));
    String noDatabase = Database.trouble();
    findings.accept(
        noDatabase == null
            ? Finding.ok(ABOUT, "sqlite", "native")
            : Finding.problem(ABOUT, "sqlite", noDatabase)
                .because("larder serve cannot open its database")
                .remedy(
                    "let the temporary directory be one that programs may be loaded from"
                        + " (LARDER_JAVA_OPTS=-Djava.io.tmpdir=DIR)"));
  }

  private void library(String what, String name, @Nullable String why, String effect) {
    findings.accept(
        why == null
            ? Finding.ok(ABOUT, what, name)
            : Finding.note(
                    ABOUT,
                    what,
                    "%s, since native libraries cannot be used: %s".formatted(name, why))
                .because(effect + "; all else is the same"));
  }

  private static @Nullable String zstd() {
    try (OutputStream out = Compression.ZSTD.pack(OutputStream.nullOutputStream())) {
      out.write(0);
      return null;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /// @param limit of this process, which larder serve started alike has too
  void descriptors(long limit, int connections) {
    long wanted = 2L * connections + SPARE_DESCRIPTORS;
    String detail = "%d, and %d connections may want %d".formatted(limit, connections, wanted);
    findings.accept(
        limit < wanted
            ? Finding.note(ABOUT, "open files", detail)
                .because("beyond that clients are made to wait or lose their connection")
                .remedy(
                    "raise it: ulimit -n %d, or LimitNOFILE=%d in the unit"
                        .formatted(wanted, wanted))
            : Finding.ok(ABOUT, "open files", detail));
  }

  private void clock() {
    Instant now = clock.instant();
    findings.accept(
        !Ages.isPlausible(now)
            ? Finding.problem(ABOUT, "clock", "says " + now)
                .because(
                    "certificates and signatures seem not to be valid yet, and nothing is removed"
                        + " because of its age")
                .remedy(ClockWarning.REMEDY)
            : Finding.ok(ABOUT, "clock", now.toString()));
  }
}
