package dev.larder.cli;

import dev.larder.wire.Json;
import java.nio.file.Path;
import java.util.Map;

/// A file to send.
///
/// @param file where it lies
/// @param method `PUT` or `POST`
/// @param path on the server, percent-encoded, with its query: `/api/v1/repositories/...`
/// @param headers beside those every upload has
record Upload(Path file, String method, String path, Map<String, String> headers) {
  Upload {
    headers = Map.copyOf(headers);
  }

  /// One that is put at its path.
  static Upload put(Path file, String path) {
    return new Upload(file, "PUT", path, Map.of());
  }

  /// What to call it.
  String name() {
    Path name = file.getFileName();
    return name == null ? file.toString() : name.toString();
  }

  /// What came of an upload.
  sealed interface Result {
    /// What was to be sent.
    Upload upload();

    /// The server has taken it.
    ///
    /// @param status 200 to 299
    /// @param body what it answered: JSON, or nothing
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Sent(Upload upload, int status, byte[] body) implements Result {
      /// The answer as a record of `wire`.
      ///
      /// @throws CommandFailed if it is not one
      <T> T read(Class<T> type) {
        try {
          return Json.response(body, type);
        } catch (IllegalArgumentException e) {
          throw new CommandFailed(
              ExitCode.FAILED,
              "the server's answer to %s is not understood (%s)"
                  .formatted(Wording.plain(upload.name()), e.getMessage()),
              null,
              e);
        }
      }
    }

    /// It was not sent, or refused.
    ///
    /// @param why what a command that failed would tell
    record Failed(Upload upload, CommandFailed why) implements Result {}
  }
}
