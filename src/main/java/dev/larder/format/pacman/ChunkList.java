package dev.larder.format.pacman;

import dev.larder.store.Checksum;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The chunks a database was put together from, in their order; kept in a file beside it for the
/// next time. The last line is a checksum of the others, so that a damaged list is none.
///
/// @param chunks in the order of the database
record ChunkList(List<Chunk> chunks) {
  /// Nothing is known.
  static final ChunkList NONE = new ChunkList(List.of());

  private static final String HEAD = "larder-chunks 1\n";
  private static final long MAX_SIZE = 64L << 20;

  // A chunk is held in memory.
  private static final int MAX_CHUNK = 256 << 20;

  private static final Pattern LINE =
      Pattern.compile(
          "(?<key>[A-Z]+-[0-9a-f]{64}) (?<length>[0-9]{1,10}) (?<packed>-?[0-9]{1,10})"
              + " (?<plain>[0-9]{1,15}) (?<sum>-?[0-9]{1,10})");

  ChunkList {
    chunks = List.copyOf(chunks);
  }

  /// Reads a list; [#NONE] if there is none or it is damaged.
  static ChunkList readOrNone(Path file) {
    try {
      return Files.size(file) > MAX_SIZE ? NONE : parse(Files.readString(file));
    } catch (IOException | NumberFormatException e) {
      return NONE; // everything is written anew
    }
  }

  private static ChunkList parse(String text) {
    int end = text.lastIndexOf('\n', text.length() - 2) + 1;
    String lines = text.substring(0, end);
    if (!lines.startsWith(HEAD) || !text.substring(end).equals(sumOf(lines) + "\n")) {
      return NONE;
    }
    List<Chunk> chunks = new ArrayList<>();
    for (String line : lines.substring(HEAD.length()).lines().toList()) {
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches() || Long.parseLong(matcher.group("length")) > MAX_CHUNK) {
        return NONE;
      }
      chunks.add(
          new Chunk(
              matcher.group("key"),
              Long.parseLong(matcher.group("length")),
              Integer.parseInt(matcher.group("packed")),
              Long.parseLong(matcher.group("plain")),
              Integer.parseInt(matcher.group("sum"))));
    }
    return new ChunkList(chunks);
  }

  /// Writes the list.
  void write(Path file) throws IOException {
    StringBuilder lines = new StringBuilder(HEAD);
    for (Chunk chunk : chunks) {
      lines.append(chunk.key()).append(' ').append(chunk.length());
      lines.append(' ').append(chunk.packedSum());
      lines.append(' ').append(chunk.plainLength());
      lines.append(' ').append(chunk.plainSum()).append('\n');
    }
    Files.writeString(file, lines + sumOf(lines.toString()) + "\n");
  }

  private static String sumOf(String lines) {
    return Checksum.sha256(lines.getBytes(StandardCharsets.UTF_8)).hex();
  }
}
