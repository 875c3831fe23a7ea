using System.Text;
using Rig.Hosting.Accounts;

namespace Rig.Ingest.Accounts;

/// <summary>Asks for a new password: at the terminal twice and unseen, else as the first line of standard input; never as an argument, which others on the machine see.</summary>
internal static class PasswordPrompt
{
    /// <exception cref="AccountException">It cannot be one, or the two differ.</exception>
    public static async Task<string> ReadAsync(AccountName name)
    {
        var password = Console.IsInputRedirected ? await Console.In.ReadLineAsync() ?? "" : Typed($"Password for {name}: ");
        if (PasswordCheck.Problem(password) is { } problem)
        {
            throw new AccountException(problem);
        }

        return Console.IsInputRedirected || Typed("Once more: ") == password ? password : throw new AccountException("The two passwords differ. Nothing was changed.");
    }

    private static string Typed(string question)
    {
        Console.Write(question);
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var pressed && pressed.Key != ConsoleKey.Enter)
        {
            if (pressed.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(pressed.KeyChar))
            {
                typed.Append(pressed.KeyChar);
            }
        }

        Console.WriteLine();
        return typed.ToString();
    }
}
