using System.Security.Cryptography;

namespace Rig.Hosting.Operations;

/// <summary>What operators of this process must know.</summary>
public static class OperationsToken
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <returns>The configured token, else the file's, which is made if it is not there.</returns>
    /// <exception cref="InvalidDataException">The file holds no usable token, or others may read it.</exception>
    /// <exception cref="IOException">It could not be read or made.</exception>
    public static string Load(OperationsOptions options)
    {
        if (options.Token.Length > 0)
        {
            return options.Token;
        }

        if (!File.Exists(options.TokenPath))
        {
            Make(options.TokenPath);
        }

        if ((File.GetUnixFileMode(options.TokenPath) & ~(OwnerOnly | UnixFileMode.GroupRead)) != 0)
        {
            throw new InvalidDataException($"{options.TokenPath} may be read or changed by others. Run: chmod 600 {options.TokenPath}");
        }

        var token = File.ReadAllText(options.TokenPath).Trim();
        return token.Length >= OperationsOptions.MinTokenLength
            ? token
            : throw new InvalidDataException($"{options.TokenPath} holds less than {OperationsOptions.MinTokenLength} characters. Remove it; a new one is made at the next start.");
    }

    private static void Make(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var temporary = $"{path}.{Environment.ProcessId}";
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        using (var writer = new StreamWriter(file))
        {
            writer.WriteLine(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
            writer.Flush();
            file.Flush(flushToDisk: true);
        }

        try
        {
            // Of two programs that start at once, one token stays.
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary);
        }
    }
}
