package dev.larder.serve;

import dev.larder.store.FileName;
import dev.larder.store.GrowingFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A file that grows when the test says so.
final class SlowFile implements GrowingFile {
  final AtomicInteger left = new AtomicInteger();
  private final FileChannel channel;
  private final List<Waiting> waiting = new ArrayList<>();
  private long released;
  private State state = new State.Running();

  SlowFile(Path path) throws IOException {
    channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private record Waiting(long position, Runnable wake) {}

  /// Writes and releases more.
  void grow(byte[] bytes) throws IOException {
    long end;
    synchronized (this) {
      end = released;
    }
    channel.write(ByteBuffer.wrap(bytes), end);
    synchronized (this) {
      released = end + bytes.length;
    }
    wakeAll();
  }

  void complete() {
    synchronized (this) {
      state = new State.Complete(released);
    }
    wakeAll();
  }

  void fail(String why) {
    synchronized (this) {
      state = new State.Failed(why);
    }
    wakeAll();
  }

  private void wakeAll() {
    List<Waiting> due = new ArrayList<>();
    synchronized (this) {
      waiting.removeIf(one -> {
        boolean is = isDue(one.position);
        if (is) {
          due.add(one);
        }
        return is;
      });
    }
    due.forEach(one -> one.wake.run());
  }

  private boolean isDue(long position) {
    return released > position || !(state instanceof State.Running);
  }

  synchronized int waiters() {
    return waiting.size();
  }

  @Override
  public FileChannel channel() {
    return channel;
  }

  @Override
  public synchronized long released() {
    return released;
  }

  @Override
  public synchronized State state() {
    return state;
  }

  @Override
  public void whenPast(long position, Runnable wake) {
    synchronized (this) {
      if (!isDue(position)) {
        waiting.add(new Waiting(position, wake));
        return;
      }
    }
    wake.run();
  }

  @Override
  public @Nullable FileName name() {
    return null;
  }

  @Override
  public void leave() {
    left.incrementAndGet();
  }

  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
