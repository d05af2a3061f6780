package dev.larder.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Requests by the real curl: one transfer, its status, headers and bytes. Redirects are not
/// followed unless `-L` is given.
public final class Curl {
  private Curl() {}

  /// What a transfer gave.
  ///
  /// @param exit curl's exit code; 0 if the transfer was complete
  /// @param status of the last response; 0 if there was none
  /// @param headers of the last response, by lower-case name; the last value of each
  /// @param body bytes that arrived
  public record Answer(int exit, int status, Map<String, String> headers, Bytes body) {
    /// The value of the header `name`, or null.
    public @Nullable String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }

    /// The body as text.
    public String text() {
      return new String(body.raw(), StandardCharsets.UTF_8);
    }
  }

  /// Gets `url` with more of curl's options, such as `-I` or `-r 0-9`.
  public static Answer get(String url, String... options) {
    Path directory = Temporary.directory("larder-curl");
    try {
      Path head = directory.resolve("head");
      Path body = directory.resolve("body");
      List<String> command = new ArrayList<>(List.of(Tools.path("curl"), "-sS", "--globoff"));
      command.addAll(List.of("-D", head.toString(), "-o", body.toString()));
      command.addAll(List.of(options));
      command.add(url);
      Command.Result result = Command.of(command).run();
      List<String> lines = Files.exists(head) ? lastHead(head) : List.of();
      Map<String, String> headers = new TreeMap<>();
      for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
      int status = lines.isEmpty() ? 0 : Integer.parseInt(lines.getFirst().split(" ", -1)[1]);
      byte[] bytes = Files.exists(body) ? Files.readAllBytes(body) : new byte[0];
      return new Answer(result.exit(), status, headers, new Bytes(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Temporary.delete(directory);
    }
  }

  private static List<String> lastHead(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    int last = text.lastIndexOf("\r\n\r\n");
    return text.substring(last < 0 ? 0 : last + 4).lines().toList();
  }
}
