"""What scripts/check_recap_mail.py needs: mail servers, good and bad ones, a mail as it arrived, and how it looks."""
