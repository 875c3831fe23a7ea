using Microsoft.Win32.SafeHandles;

namespace Rig.Media;

/// <summary>
/// A file by a path that FFProbe can be given. FFProbe sets the path between quotation marks without escaping it, and wants it to
/// exist as it stands; a name with quotation marks or backslashes goes by the open file's number instead.
/// </summary>
internal sealed class ProbedFile : IDisposable
{
    private readonly SafeFileHandle? handle;

    private ProbedFile(string path, SafeFileHandle? handle) => (Path, this.handle) = (path, handle);

    public string Path { get; }

    /// <exception cref="MediaException">There is no such file, or it may not be read.</exception>
    public static ProbedFile Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (!File.Exists(full))
        {
            throw new MediaException($"There is no file {System.IO.Path.GetFileName(path)}.");
        }

        if (full.AsSpan().IndexOfAny('"', '\\') < 0)
        {
            return new ProbedFile(full, null);
        }

        try
        {
            var file = File.OpenHandle(full);
            return new ProbedFile($"/proc/{Environment.ProcessId}/fd/{file.DangerousGetHandle()}", file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MediaException($"{System.IO.Path.GetFileName(path)} cannot be opened: {e.Message}", e);
        }
    }

    public void Dispose() => handle?.Dispose();
}
