package dev.larder.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder repo download`.
@Command(
    name = "download",
    description = {
      "Fetches the file of a package, checks it and writes it, with its signature if it has one.",
      "A file that is there already is replaced once the new one is right."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder repo download internal hello",
      "  larder repo download internal hello --generation 12 --to /srv/old"
    })
final class DownloadCommand implements Callable<Integer> {
  private static final Pattern NAME = Pattern.compile("filename=\"([^\"/\\\\]+)\"");
  private static final Pattern DIGEST = Pattern.compile("sha-256=:([^:]+):");

  private static final int BUFFER = 1 << 16;

  private final Session session;

  @Parameters(index = "0", paramLabel = "NAME", description = "The repository's name.")
  private String name = "";

  @Parameters(index = "1", paramLabel = "PACKAGE", description = "The package's name.")
  private String packageName = "";

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description = "The directory to write it into, made if need be. Default: this one.")
  private Path to = Path.of("");

  @Option(
      names = "--directory",
      paramLabel = "ARCH",
      description = "The architecture or ABI, if there are several.")
  private @Nullable String directory;

  @Option(
      names = "--generation",
      paramLabel = "NUMBER",
      description = "As it was in this generation; larder generation list shows which are held.")
  private @Nullable Long generation;

  DownloadCommand(Session session) {
    this.session = session;
  }

  /// What `-o json` shows.
  ///
  /// @param file where the package lies now
  /// @param signature where its signature lies; left out if it has none
  record Downloaded(String file, @Nullable String signature) {}

  @Override
  public Integer call() {
    String base = RepoCommand.path(name) + "/packages/" + ConsoleClient.encoded(packageName);
    String query =
        "?generation=%s%s"
            .formatted(
                generation == null ? "0" : generation.toString(),
                directory == null ? "" : "&directory=" + ConsoleClient.encoded(directory));
    try {
      Path file = fetched(base + "/download" + query);
      Path signature = signature(base + "/signature" + query);
      Output output = session.output();
      if (output.isJson()) {
        output.json(
            new Downloaded(file.toString(), signature == null ? null : signature.toString()));
      } else {
        output.line(file.toString());
        if (signature != null && !output.quiet()) {
          output.line(signature.toString());
        }
      }
      return ExitCode.OK.number();
    } catch (IOException e) {
      throw FileFault.unwritten(to, null, e);
    }
  }

  private @Nullable Path signature(String path) throws IOException {
    try {
      return fetched(path);
    } catch (CommandFailed e) {
      if (e.exitCode() == ExitCode.NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  private Path fetched(String path) throws IOException {
    HttpResponse<InputStream> response = session.client().open(path, Map.of());
    Matcher found = NAME.matcher(header(response, "Content-Disposition"));
    if (!found.find() || found.group(1).startsWith(".")) {
      throw new CommandFailed(ExitCode.FAILED, "the server did not say the file's name", null);
    }
    Files.createDirectories(to.toAbsolutePath());
    Path file = to.resolve(found.group(1));
    String random = Long.toHexString(ThreadLocalRandom.current().nextLong());
    Path fresh = to.resolve("." + found.group(1) + "." + random);
    MessageDigest digest = sha256();
    try (InputStream body = response.body()) {
      try (OutputStream out = new DigestOutputStream(Files.newOutputStream(fresh), digest)) {
        copy(body, out);
      }
      Matcher promised = DIGEST.matcher(header(response, "Repr-Digest"));
      if (promised.find()
          && !promised.group(1).equals(Base64.getEncoder().encodeToString(digest.digest()))) {
        throw new CommandFailed(
            ExitCode.VERIFICATION,
            "%s is not what it must be".formatted(found.group(1)),
            "larder repo verify %s shows what is damaged".formatted(name));
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      return file;
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /// What the network fails at is no fault of the file that is written.
  private static void copy(InputStream body, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER];
    for (int n = read(body, buffer); n >= 0; n = read(body, buffer)) {
      out.write(buffer, 0, n);
    }
  }

  private static int read(InputStream body, byte[] buffer) {
    try {
      return body.read(buffer);
    } catch (IOException e) {
      throw new CommandFailed(
          ExitCode.UNREACHABLE,
          "the connection broke before the file was whole (%s)".formatted(FileFault.reason(e)),
          "try it again",
          e);
    }
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has it", e);
    }
  }
}
