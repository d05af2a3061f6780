package dev.larder.format.pacman;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A database that was written before, as a source of the chunks that are the same again.
///
/// What is taken from it is checked: the list of chunks by its checksum, each chunk by the CRC-32C
/// taken when it was made. So a list that belongs to another database, a database that was cut,
/// replaced or damaged on disk gives fewer chunks, and never wrong ones. It does not guard against
/// somebody who may write into this directory; signatures are for that.
final class FormerDatabase implements Closeable {
  private final @Nullable FileChannel channel;
  private final Map<String, Place> places;

  private record Place(Chunk chunk, long offset) {}

  private FormerDatabase(@Nullable FileChannel channel, Map<String, Place> places) {
    this.channel = channel;
    this.places = places;
  }

  /// Opens the database `file` with the list `chunks` beside it; one without chunks if there is
  /// none.
  ///
  /// @param directory null if there is none
  static FormerDatabase open(@Nullable Path directory, String file, String chunks) {
    if (directory != null) {
      Map<String, Place> places = new HashMap<>();
      long offset = ChunkedGzip.start();
      for (Chunk chunk : ChunkList.readOrNone(directory.resolve(chunks)).chunks()) {
        places.put(chunk.key(), new Place(chunk, offset));
        offset += chunk.length();
      }
      if (!places.isEmpty()) {
        try {
          return new FormerDatabase(
              FileChannel.open(directory.resolve(file), StandardOpenOption.READ), places);
        } catch (IOException e) {
          // Everything is written anew.
        }
      }
    }
    return new FormerDatabase(null, Map.of());
  }

  /// Whether there is nothing to be taken from.
  boolean isEmpty() {
    return places.isEmpty();
  }

  /// The chunk made of `key`; null if there is none, or it is damaged.
  Chunk.@Nullable Made find(String key) {
    Place place = places.get(key);
    if (place == null || channel == null) {
      return null;
    }
    byte[] bytes = new byte[(int) place.chunk().length()];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    try {
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, place.offset() + buffer.position()) < 0) {
          return null;
        }
      }
    } catch (IOException e) {
      return null; // a bad sector: it is made again
    }
    return Chunk.sumOf(bytes) == place.chunk().packedSum()
        ? new Chunk.Made(place.chunk(), bytes)
        : null;
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
