package dev.larder.cli;

import java.nio.file.Path;

/// A file to send.
///
/// @param file where it lies
/// @param path on the server, percent-encoded: `/api/v1/repositories/...`
record Upload(Path file, String path) {
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
    record Sent(Upload upload) implements Result {}

    /// It was not sent, or refused.
    ///
    /// @param why what a command that failed would tell
    record Failed(Upload upload, CommandFailed why) implements Result {}
  }
}
